"""A stack of commit 0f5e723 is updated to this template in place: nothing that holds data is replaced or renamed.

tests/data/stack_0f5e723.json was written by `python -m tests.support.stack_facts FOLDER`, with FOLDER a worktree of
that commit.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.stack_facts import STATEFUL, TEMPLATES, Facts, facts_of

ROOT = Path(__file__).parents[2]
# Resources that an update takes away on purpose, and why nothing is lost with it.
GIVEN_UP = {
    "XCredentials": "make deploy stores it as an encrypted parameter before it deploys (infra/secret_parameters.py)",
    "LinkKey": "the same; the links that it signed go on",
    "StatuspageKey": "the same",
    "RunFailures": "it held notes of failed runs, which the next run makes good",
    "UnwelcomeMail": "SES's reports come through EventBridge",
    "ForgetBouncedUnwelcome": "the same",
    "XCredentialsSecretId": "the commands find the parameter by the stack's name",
    "RunFailuresUrl": "the queue is gone",
}
BEFORE: dict[str, Facts] = json.loads((ROOT / "tests/data/stack_0f5e723.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def after() -> dict[str, Facts]:
    return facts_of(ROOT)


def broken(before: Facts, after: Facts) -> list[str]:
    """The promises of one template that an update would break."""
    return [
        *(f"{name} is lost" for name in before["stateful"].keys() - after["stateful"].keys()),
        *(f"{name} is replaced" for name, found in after["stateful"].items() if _replaced(name, found, before)),
        *(f"{name} changes its logical id" for name, one in after["named"].items() if _moved(name, one, before)),
        *(f"an index of {name} is rebuilt" for name in before["indexes"] if _rebuilt(name, before, after)),
        *(f"the parameter {name} is gone" for name in set(before["parameters"]) - set(after["parameters"])),
        *(f"the parameter {name} is asked for" for name in set(after["required"]) - set(before["required"])),
        *(f"the output {name} is gone" for name in set(before["outputs"]) - set(after["outputs"])),
    ]


def _replaced(name: str, found: Facts, before: Facts) -> bool:
    return _kept(before["stateful"].get(name, found)) != _kept(found)


def _kept(found: Facts) -> Facts:
    """The facts, with one policy for the two that keep a resource when a stack is deleted or updated."""
    kept = "Retain" if found["deletion"] == "RetainExceptOnCreate" else found["deletion"]
    return {**found, "deletion": kept}


def _moved(name: str, logical_id: str, before: Facts) -> bool:
    """CloudFormation makes the new resource before it deletes the old one, and both would have this name."""
    return bool(before["named"].get(name, logical_id) != logical_id)


def _rebuilt(name: str, before: Facts, after: Facts) -> bool:
    return any(index not in after["indexes"].get(name, []) for index in before["indexes"][name])


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_stateful_is_replaced(after: dict[str, Facts], template: str) -> None:
    before = BEFORE[template]
    if template == "infra/alarms.yaml":
        # A nested stack's parameters are given by the template around it, which is updated with it.
        before = {**before, "parameters": [], "required": after[template]["required"]}
    found = broken(before, after[template])
    assert [fault for fault in found if not GIVEN_UP.keys() & fault.split()] == []


def test_what_is_given_up_is_gone(after: dict[str, Facts]) -> None:
    found = " ".join(fault for name in TEMPLATES for fault in broken(BEFORE[name], after[name]))
    assert {name for name in GIVEN_UP if name in found} == GIVEN_UP.keys()


def test_the_snapshot_holds_what_matters() -> None:
    kinds = {one["type"] for facts in BEFORE.values() for one in facts["stateful"].values()}
    assert kinds == STATEFUL.keys()
    assert {"Desk", "LinkKey", "XCredentials", "Api", "Operators"} <= BEFORE["template.yaml"]["stateful"].keys()


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        (("stateful", "Desk", "properties", "KeySchema"), [], "Desk is replaced"),
        (("stateful", "Desk", "deletion"), "Delete", "Desk is replaced"),
        (("stateful", "LinkKey", "properties", "GenerateSecretString"), {}, "LinkKey is replaced"),
        (("indexes", "Desk"), [], "an index of Desk is rebuilt"),
        (("named", 'AWS::ApiGatewayV2::Route "$default"'), "AnotherRoute", "changes its logical id"),
        (("outputs",), [], "the output ApiUrl is gone"),
    ],
)
def test_a_change_that_would_lose_something_is_caught(path: tuple[str, ...], value: Any, what: str) -> None:
    before = BEFORE["template.yaml"]
    changed = json.loads(json.dumps(before))
    place = changed
    for step in path[:-1]:
        place = place[step]
    assert path[-1] in place
    place[path[-1]] = value
    assert [fault for fault in broken(before, changed) if what in fault]


def test_a_resource_under_another_logical_id_is_caught() -> None:
    before = BEFORE["template.yaml"]
    changed = json.loads(json.dumps(before))
    changed["stateful"]["Table"] = changed["stateful"].pop("Desk")
    assert "Desk is lost" in broken(before, changed)
