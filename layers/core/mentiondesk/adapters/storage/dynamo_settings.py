"""Settings in the table, every version of them."""

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import python, values
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import parse_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CACHED_SECONDS = 60.0


class SettingsMissing(RuntimeError):
    """No settings are stored yet."""

    def __init__(self) -> None:
        super().__init__("no settings are stored yet: write them as in infra/settings.example.yaml, then make settings")


class DynamoSettings:
    """The settings in force; call it to get them, at most 60 seconds old."""

    def __init__(self, db: "DynamoDBClient", table: str) -> None:
        self._db = db
        self._table = table
        self._cached: DeskSettings | None = None
        self._fresh_until = 0.0

    def __call__(self) -> DeskSettings:
        """Raises SettingsMissing, or SettingsInvalid when what is stored does not fit this version."""
        if self._cached is None or time.monotonic() >= self._fresh_until:
            self._cached = self._load()
            self._fresh_until = time.monotonic() + _CACHED_SECONDS
        return self._cached

    def _load(self) -> DeskSettings:
        found = self._db.get_item(TableName=self._table, Key=values(keys.settings()), ConsistentRead=True)
        if "Item" not in found:
            raise SettingsMissing
        return parse_settings(json.loads(str(python(found["Item"])["settings"])))

    def since(self) -> datetime:
        """When the desk was set up: its first settings were stored. Raises SettingsMissing."""
        found = self._db.get_item(TableName=self._table, Key=values(keys.settings(1)))
        if "Item" not in found:
            raise SettingsMissing
        return datetime.fromisoformat(str(python(found["Item"])["stored_at"]))

    def store(self, settings: SettingsFile, now: datetime) -> int:
        """Puts new settings in force, keeps those before, and returns the new version.

        Raises TransactionCanceledException when others are stored meanwhile.
        """
        found = self._db.get_item(TableName=self._table, Key=values(keys.settings()), ConsistentRead=True)
        before = int(python(found["Item"])["version"]) if "Item" in found else 0
        told = {
            "settings": settings.model_dump_json(),
            "version": before + 1,
            "stored_at": keys.stamp(now),
        }
        nobody_stored_meanwhile = "attribute_not_exists(#pk) OR #version = :before"
        self._db.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": values(keys.settings() | told),
                        "ConditionExpression": nobody_stored_meanwhile,
                        "ExpressionAttributeNames": {"#pk": keys.PK, "#version": "version"},
                        "ExpressionAttributeValues": values({":before": before}),
                    }
                },
                {"Put": {"TableName": self._table, "Item": values(keys.settings(before + 1) | told)}},
            ]
        )
        return before + 1
