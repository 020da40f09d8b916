"""Restores a desk's table on this machine and lets the desk go on with it: python -m infra.restore_drill.

On moto: a desk works for some minutes, its table is restored to a point in time under another name, is given what a
restore leaves out, and is read and written by the desk's own stores.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import boto3
from moto import mock_aws

from infra.adopt_table import equip
from infra.settings_file import EXAMPLE, load_settings
from infra.transform import REGION, transformed
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import SettingsVersions

_RESTORED = "restored"


def drill() -> list[str]:
    """The steps and findings, a line each. Raises AssertionError where the restored table does not do."""
    with mock_aws():
        tables, now = boto3.client("dynamodb", region_name=REGION), datetime.now(UTC)
        made = transformed(Path("template.yaml"))["Resources"]["Desk"]["Properties"]
        for unknown in ("PointInTimeRecoverySpecification", "TimeToLiveSpecification", "StreamSpecification"):
            made.pop(unknown)
        tables.create_table(TableName="desk", **made)
        tables.update_continuous_backups(
            TableName="desk", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        version = SettingsVersions(DynamoTable(tables, "desk")).store(load_settings(Path(EXAMPLE)), now)
        tables.restore_table_to_point_in_time(
            SourceTableName="desk", TargetTableName=_RESTORED, UseLatestRestorableTime=True
        )
        before = tables.describe_table(TableName=_RESTORED)["Table"]
        after = equip(tables, _RESTORED)
        assert not before.get("StreamSpecification", {}).get("StreamEnabled")
        assert after["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        assert after["DeletionProtectionEnabled"]
        lives = tables.describe_time_to_live(TableName=_RESTORED)["TimeToLiveDescription"]
        assert lives["TimeToLiveStatus"] == "ENABLED"
        versions = SettingsVersions(DynamoTable(tables, _RESTORED))
        assert versions.load() == SettingsVersions(DynamoTable(tables, "desk")).load()
        assert versions.store(load_settings(Path(EXAMPLE)), now) == version + 1
        items = tables.scan(TableName=_RESTORED, Select="COUNT")["Count"]
        return [
            f"restored {items} items into {_RESTORED}",
            "the restored table had no stream, no time to live and no protection; it has them now",
            f"the desk reads its settings there and stores version {version + 1}",
            "on AWS: restore in the console or with restore-table-to-point-in-time, then make adopt-table TABLE=name",
        ]


if __name__ == "__main__":
    print("\n".join(drill()))
    sys.exit(0)
