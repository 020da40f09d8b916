"""Work during init: in Lambda only, never on a runtime that lacks what the desk calls, and clients made quickly."""

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.session import Session

from mentiondesk.runtime import init
from mentiondesk.runtime.botocore_session import _SERVICES, quick_session


def test_parts_are_made_ahead_in_lambda_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)
    init.warm(lambda: made.append("elsewhere"))
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    init.warm(lambda: made.append("one"), lambda: made.append("two"))
    assert made == ["one", "two"]


@pytest.mark.parametrize(
    ("version", "taken"), [("1.35.99", False), ("1.36.0", True), ("1.43.108", True), ("2.0", True)]
)
def test_an_old_runtime_fails_at_its_start(version: str, taken: bool) -> None:
    if taken:
        init.check_botocore(version)
    else:
        with pytest.raises(init.RuntimeTooOld, match=version):
            init.check_botocore(version)


@pytest.mark.parametrize("service", _SERVICES)
def test_a_client_is_the_one_that_botocore_s_own_session_makes(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same operations, with the same members, at the same address."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    quick, plain = (one.create_client(service) for one in (quick_session(), Session()))
    assert quick.meta.endpoint_url == plain.meta.endpoint_url
    models = [one.meta.service_model for one in (quick, plain)]
    assert models[0].operation_names == models[1].operation_names
    for name in models[0].operation_names:
        shapes = [model.operation_model(name).input_shape for model in models]
        members = [list(shape.members) if shape else [] for shape in shapes]
        assert members[0] == members[1], name


def test_a_service_that_the_desk_does_not_call_is_unknown() -> None:
    with pytest.raises(UnknownServiceError):
        quick_session().create_client("ec2", region_name="eu-west-1")
