"""Conditions of the template, decided for one stack as CloudFormation would."""

from pathlib import Path
from typing import Any

import pytest

from infra.transform import decided, transformed

PARAMETERS = {"Loud": {"Default": "no"}, "Name": {"Default": ""}}
CONDITIONS = {
    "IsLoud": {"Fn::Equals": [{"Ref": "Loud"}, "yes"]},
    "HasName": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]},
    "Both": {"Fn::And": [{"Condition": "IsLoud"}, {"Condition": "HasName"}]},
    "Either": {"Fn::Or": [{"Condition": "IsLoud"}, {"Condition": "HasName"}]},
}


def stack(**resources: Any) -> dict[str, Any]:
    return {"Parameters": PARAMETERS, "Conditions": CONDITIONS, "Resources": resources}


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ({}, []),
        ({"Loud": "yes"}, ["Either", "IsLoud"]),
        ({"Name": "x"}, ["Either", "HasName"]),
        ({"Loud": "yes", "Name": "x"}, ["Both", "Either", "HasName", "IsLoud"]),
    ],
)
def test_a_resource_is_there_while_its_condition_holds(given: dict[str, str], there: list[str]) -> None:
    made = stack(Always={"Type": "T"}, **{name: {"Type": "T", "Condition": name} for name in CONDITIONS})
    assert sorted(decided(made, given)["Resources"]) == sorted(["Always", *there])


def test_branches_are_taken_and_what_is_nothing_is_gone() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    properties = {
        "Sound": {"Fn::If": ["IsLoud", "bang", "hush"]},
        "Gone": {"Fn::If": ["IsLoud", "bang", nothing]},
        "Listed": ["always", {"Fn::If": ["IsLoud", nothing, {"Fn::If": ["HasName", "named", "nameless"]}]}],
    }
    (found,) = decided(stack(One={"Type": "T", "Properties": properties}), {})["Resources"].values()
    assert found["Properties"] == {"Sound": "hush", "Listed": ["always", "nameless"]}


def test_a_condition_of_another_form_is_refused() -> None:
    with pytest.raises(TypeError, match="Fn::Unknown"):
        decided({"Conditions": {"Odd": {"Fn::Unknown": []}}, "Resources": {}}, {})


def test_each_caller_gets_a_transformed_template_of_its_own() -> None:
    template = Path(__file__).parents[2] / "template.yaml"
    found = transformed(template)
    found["Resources"].clear()
    assert transformed(template)["Resources"]


def test_a_template_that_was_changed_is_transformed_anew(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    for name in ("One", "Other"):
        template.write_text(f"Resources: {{{name}: {{Type: 'AWS::SQS::Queue'}}}}", encoding="utf-8")
        assert list(transformed(template)["Resources"]) == [name]
