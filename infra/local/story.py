"""The day in day.yaml, given to the stand-in X."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from infra.local.scripted_staff import ScriptedAction
from infra.local.x_standin import StandInX, User

DAY = Path(__file__).with_name("day.yaml")
# An ordinary working day without a change of clocks.
DATE = date(2026, 3, 10)
_LATE = re.compile(r"(\d+)([sm])")
_SHOP = "shop"


@dataclass(frozen=True)
class Story:
    """A day on X, from `begins` to `ends`, and the acts of staff on its incidents."""

    brand: User
    people: dict[str, User]
    entries: tuple[dict[str, Any], ...]
    actions: tuple[ScriptedAction, ...] = ()

    @property
    def begins(self) -> datetime:
        return _at(self.entries[0]).replace(second=0)

    @property
    def ends(self) -> datetime:
        return _at(self.entries[-1]).replace(second=0) + timedelta(minutes=1)

    def on(self, now: Callable[[], datetime]) -> StandInX:
        """A stand-in X that shows this day as `now` moves through it."""
        x = StandInX(brand=self.brand, now=now)
        for person in self.people.values():
            x.user(person.id, person.username, person.name, person.followers)
        ids: dict[str, str] = {}
        for entry in self.entries:
            post_id = self._play(x, entry, ids)
            if post_id is not None and "key" in entry:
                ids[entry["key"]] = post_id
        return x

    def _play(self, x: StandInX, entry: dict[str, Any], ids: dict[str, str]) -> str | None:
        at = _at(entry)
        if "edit" in entry:
            ids[entry["edit"]] = x.edit(ids[entry["edit"]], entry["text"], at)
            return None
        if "delete" in entry:
            x.delete(ids[entry["delete"]], at)
            return None
        author = self.brand if entry["by"] == _SHOP else self.people[entry["by"]]
        text = entry.get("text", "")
        return x.post(
            author_id=author.id,
            at=at,
            text="" if entry.get("long") else text,
            long_text=text if entry.get("long") else "",
            reply_to=ids.get(entry.get("to", "")),
            quotes=ids.get(entry.get("quotes", "")),
            reposts=ids.get(entry.get("repost", "")),
            lang=entry.get("lang", "en"),
            visible_after=_late(entry.get("late")),
        )


def load_story(path: Path = DAY) -> Story:
    """The story in a file of day.yaml's format."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    brand = read["brand"]
    return Story(
        brand=User(brand["id"], brand["username"], brand["name"]),
        people={key: User(**person) for key, person in read["people"].items()},
        entries=tuple(read["posts"]),
        actions=tuple(
            ScriptedAction(_at(one), one["by"], one["does"], one.get("typed", {})) for one in read.get("staff", [])
        ),
    )


def _at(entry: dict[str, Any]) -> datetime:
    return datetime.combine(DATE, time.fromisoformat(entry["at"]), UTC)


def _late(written: str | None) -> timedelta:
    match = _LATE.fullmatch(written or "")
    if match is None:
        return timedelta()
    return timedelta(seconds=int(match[1]) * (60 if match[2] == "m" else 1))
