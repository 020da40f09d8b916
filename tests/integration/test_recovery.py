"""A restored table is given what a restore leaves out, and put under the stack that lost its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.adopt_table import without_table
from infra.restore_drill import drill
from infra.transform import transformed

TABLE = {
    "TableName": "restored",
    "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/restored",
    "LatestStreamArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/restored/stream/now",
}


def test_the_desk_goes_on_with_a_restored_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "drill")
    assert "restored" in drill()[0]


def test_every_use_of_the_table_names_the_restored_one() -> None:
    template: dict[str, Any] = transformed(Path("template.yaml"))
    between = without_table(template, TABLE)
    assert between["Resources"].keys() == template["Resources"].keys() - {"Desk"}
    text = json.dumps(between)
    assert not [name for name in ('"Desk"', "${Desk}", "${Desk.", "Desk.Arn") if name in text]
    variables = [
        one["Properties"]["Environment"]["Variables"]
        for one in between["Resources"].values()
        if one["Type"] == "AWS::Lambda::Function"
    ]
    # The relay reads the stream, not the table.
    assert {one["TABLE_NAME"] for one in variables if "TABLE_NAME" in one} == {"restored"}
    assert sum("TABLE_NAME" not in one for one in variables) == 1
    assert f'{{"Fn::Sub": "{TABLE["TableArn"]}/index/due"}}' in text
    sources = [
        one["Properties"] for one in between["Resources"].values() if one["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    assert TABLE["LatestStreamArn"] in {str(one["EventSourceArn"]) for one in sources}
    # The template itself is left alone: the stack comes back to it.
    assert "Desk" in template["Resources"]
