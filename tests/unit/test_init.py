"""Work during init: in Lambda only, and never on a runtime that lacks what the desk calls."""

import pytest

from mentiondesk.runtime import init


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
