"""The settings in force, and every version of them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Equals, Or, Put, Table
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import parse_settings

# Settings in use may be so old.
KEPT = timedelta(seconds=60)
_SETTINGS, _VERSION, _STORED_AT = "settings", "version", "stored_at"


class SettingsMissing(RuntimeError):
    """No settings are stored yet."""

    def __init__(self) -> None:
        super().__init__("no settings are stored yet: write them as in infra/settings.example.yaml, then make settings")


def current_settings(table: Table, clock: Callable[[], datetime]) -> Cached[DeskSettings]:
    """The settings in force, at most 60 seconds old. Raises as `SettingsVersions.load` does."""
    return Cached(SettingsVersions(table).load, KEPT, clock)


class SettingsVersions:
    """The versions of the settings on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self) -> DeskSettings:
        """The settings in force.

        Raises SettingsMissing, or SettingsInvalid when what is stored does not fit this version of the code.
        """
        return parse_settings(json.loads(str(self._found(keys.settings()).get(_SETTINGS))), stored=True)

    def since(self) -> datetime:
        """When the desk was set up: its first settings were stored. Raises SettingsMissing."""
        stored_at = self._found(keys.settings(1)).value(_STORED_AT, datetime)
        assert stored_at is not None, "each version is stored with its time"
        return stored_at

    def store(self, settings: SettingsFile, now: datetime) -> int:
        """Puts new settings in force, keeps those before, and returns the new version.

        Raises Refused or Conflict when others are stored meanwhile.
        """
        current = self._table.get(keys.settings())
        before = current.value(_VERSION, int) or 0 if current else 0
        stored = {_SETTINGS: settings.model_dump_json(), _VERSION: before + 1, _STORED_AT: now}
        self._table.transact(
            {
                "current": Put(Item(keys.settings(), None, stored), Or((Absent(), Equals(_VERSION, before)))),
                "version": Put(Item(keys.settings(before + 1), None, stored)),
            }
        )
        return before + 1

    def _found(self, key: keys.Key) -> Item:
        found = self._table.get(key)
        if found is None:
            raise SettingsMissing
        return found
