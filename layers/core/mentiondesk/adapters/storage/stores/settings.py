"""The settings in force, and every version of them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Equals, Or, Put, Table, Update, Write
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.settings.checked import packed, unpacked
from mentiondesk.settings.form import form

if TYPE_CHECKING:
    from mentiondesk.settings.schema import SettingsFile

# Settings in use may be so old.
KEPT = timedelta(seconds=60)
_SETTINGS, _VERSION, _STORED_AT, _SINCE = "settings", "version", "stored_at", "since"
# The settings after all checks, and the form that they have.
_CHECKED, _FORM = "checked", "form"


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
        current = self._found(keys.settings())
        if current.get(_FORM) == form():
            return unpacked(str(current.get(_CHECKED)))
        return _parsed(str(current.get(_SETTINGS)))

    def renew(self) -> bool:
        """Stores the checked values in the form of this code, and no new version; False where they have it.

        Raises SettingsMissing, SettingsInvalid, and Refused or Conflict when others are stored meanwhile.
        """
        current = self._found(keys.settings())
        if current.get(_FORM) == form():
            return False
        checked = {_CHECKED: packed(_parsed(str(current.get(_SETTINGS)))), _FORM: form()}
        self._table.update(Update(keys.settings(), checked, Equals(_VERSION, current.value(_VERSION, int))))
        return True

    def since(self) -> datetime:
        """When the desk was set up: its first settings were stored. Raises SettingsMissing."""
        current = self._found(keys.settings())
        # Settings that were stored before this attribute was have their first version still.
        first = current if current.get(_SINCE) is not None else self._found(keys.settings(1))
        since = first.value(_SINCE, datetime) or first.value(_STORED_AT, datetime)
        assert since is not None, "each version is stored with its time"
        return since

    def store(self, settings: "SettingsFile", now: datetime) -> int:
        """Puts new settings in force, keeps those before for `keep` of the new ones, and returns the new version.

        Raises Refused or Conflict when others are stored meanwhile.
        """
        current = self._table.get(keys.settings())
        before = current.value(_VERSION, int) or 0 if current else 0
        document = settings.model_dump_json()
        stored = {_SETTINGS: document, _VERSION: before + 1, _STORED_AT: now}
        stored |= {_SINCE: self.since() if current else now}
        checked = {_CHECKED: packed(_parsed(document)), _FORM: form()}
        parts: dict[str, Write] = {
            "current": Put(Item(keys.settings(), None, stored | checked), Or((Absent(), Equals(_VERSION, before)))),
            "version": Put(Item(keys.settings(before + 1), None, stored)),
        }
        if before:
            # The addresses of staff who have left must not stay for ever.
            parts["replaced"] = Update(keys.settings(before), {keys.EXPIRES: keys.expiry(now + settings.keep)})
        self._table.transact(parts)
        return before + 1

    def _found(self, key: keys.Key) -> Item:
        found = self._table.get(key)
        if found is None:
            raise SettingsMissing
        return found


def _parsed(document: str) -> DeskSettings:
    # Pydantic and its models take a quarter of a start: they are loaded where settings are checked, and nowhere else.
    from mentiondesk.settings.to_domain import parse_settings  # noqa: PLC0415

    return parse_settings(json.loads(document), stored=True)
