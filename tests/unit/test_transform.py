"""Conditions of the template, decided for one stack as CloudFormation would."""

from typing import Any

import pytest

from infra.transform import decided

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
