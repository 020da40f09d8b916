"""The day in day.yaml: what customers do on X, and what staff do about it, in X's own app and at the desk."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

import yaml

from infra.local.colleague import Colleague
from infra.local.x_standin import StandInX, User
from mentiondesk.domain.ids import CaseId

DAY = Path(__file__).with_name("day.yaml")
# An ordinary working day without a change of clocks.
DATE = date(2026, 3, 10)
_LATE = re.compile(r"(\d+)([sm])")
SHOP = "shop"

Entry = dict[str, Any]


class Office(Protocol):
    """A desk, as the people of the story use it."""

    def case_of(self, post_id: str) -> CaseId | None:
        """The case of a post that the desk has read."""

    def is_answered(self, post_id: str) -> bool:
        """True when a reply to the post is on X, or on its way there."""

    def colleague(self, staff_id: str) -> Colleague:
        """A member of staff at the desk, signed in."""


@dataclass
class OnX:
    """The story's posts on a stand-in X, by their keys."""

    x: StandInX
    brand: User
    people: Mapping[str, User]
    ids: dict[str, str] = field(default_factory=dict)
    # The posts that staff answer at the desk, by the key of the answer.
    to_answer: dict[str, str] = field(default_factory=dict)

    def play(self, entry: Entry) -> None:
        """Does what one entry says. A reply to an answer that never came is not written."""
        at = _at(entry)
        if "edit" in entry:
            self.x.edit(self.ids[entry["edit"]], entry["text"], at)
        elif "delete" in entry:
            self.x.delete(self.ids[entry["delete"]], at)
        elif "to" not in entry or self.id_of(entry["to"]) is not None:
            post_id = self._post(entry, at)
            self.ids |= {entry["key"]: post_id} if "key" in entry else {}

    def id_of(self, key: str) -> str | None:
        """The post of a key; for an answer at the desk, whichever answer of the brand its customer got."""
        if key in self.to_answer and key not in self.ids:
            asked = self.ids.get(self.to_answer[key])
            found = (post.id for post in reversed(self.x.sent) if asked and post.reply_to == asked)
            return next(found, None)
        return self.ids.get(key)

    def _post(self, entry: Entry, at: datetime) -> str:
        author = self.people.get(entry["by"], self.brand)
        text = entry.get("text", "")
        return self.x.post(
            author_id=author.id,
            at=at,
            text="" if entry.get("long") else text,
            long_text=text if entry.get("long") else "",
            reply_to=self.id_of(entry.get("to", "")),
            quotes=self.ids.get(entry.get("quotes", "")),
            reposts=self.ids.get(entry.get("repost", "")),
            lang=entry.get("lang", "en"),
            visible_after=_late(entry.get("late")),
        )


@dataclass(frozen=True)
class Happening(ABC):
    """An entry of the story: something that happens at a time of the day."""

    entry: Entry
    on_x: OnX

    @property
    def at(self) -> datetime:
        return _at(self.entry)

    @abstractmethod
    def do(self, desk: Office) -> None: ...


class Posted(Happening):
    """A customer, or somebody in X's own app, does something on X."""

    def do(self, desk: Office) -> None:
        del desk
        self.on_x.play(self.entry)


class Answered(Happening):
    """A member of staff answers a post at the desk, unless somebody was first."""

    def do(self, desk: Office) -> None:
        entry, post_id = self.entry, self.on_x.id_of(self.entry["to"])
        case_id = desk.case_of(post_id) if post_id else None
        if post_id is None or case_id is None or (desk.is_answered(post_id) and not entry.get("again")):
            return
        desk.colleague(entry["by"]).answer(case_id, entry["text"], entry.get("way", ""))


class Acted(Happening):
    """A member of staff approves what waits for them, or presses a button on the page of a case or of the incident."""

    def do(self, desk: Office) -> None:
        act, typed, colleague = self.entry["does"], self.entry.get("typed", {}), desk.colleague(self.entry["by"])
        if act == "approve_replies":
            colleague.approve_replies()
        elif "case" in self.entry:
            post_id = self.on_x.id_of(self.entry["case"])
            case_id = desk.case_of(post_id) if post_id else None
            if case_id is not None:
                colleague.act_on_case(case_id, act, typed)
        else:
            colleague.act_on_incident(act, typed)


@dataclass(frozen=True)
class Story:
    """A day on X, from `begins` to `ends`, and the acts of staff."""

    brand: User
    people: dict[str, User]
    entries: tuple[Entry, ...]
    acts: tuple[Entry, ...] = ()

    @property
    def begins(self) -> datetime:
        return _at(self.entries[0]).replace(second=0)

    @property
    def ends(self) -> datetime:
        return _at(self.entries[-1]).replace(second=0) + timedelta(minutes=1)

    def on(self, now: Callable[[], datetime]) -> StandInX:
        """A stand-in X that shows this day as `now` moves through it; all answers are typed in X's own app."""
        on_x = self._on(self.empty(now))
        for entry in self.entries:
            on_x.play({**entry, "text": _signed(entry)} if self._by_staff(entry) else entry)
        return on_x.x

    def empty(self, now: Callable[[], datetime]) -> StandInX:
        """A stand-in X with the people of this day, before anybody has posted."""
        x = StandInX(brand=self.brand, now=now)
        for person in self.people.values():
            x.user(person.id, person.username, person.name, person.followers)
        return x

    def happens(self, x: StandInX, staff: Iterable[str]) -> list[Happening]:
        """All that happens, as it is to be done on this stand-in X and at a desk, in order.

        `staff` are the ids of the people who can sign in: who cannot answers in X's own app.
        """
        on_x, there = self._on(x), frozenset(staff)
        on_x.to_answer.update(
            (one["key"], one["to"]) for one in self.entries if one.get("by") in there and "key" in one
        )
        acts = (Acted(one, on_x) for one in self.acts if one["by"] in there)
        return sorted([*self._posts(on_x, there), *acts], key=lambda one: one.at)

    def _posts(self, on_x: OnX, there: frozenset[str]) -> Iterator[Happening]:
        for entry in self.entries:
            if not self._by_staff(entry):
                yield Posted(entry, on_x)
            elif entry["by"] in there:
                yield Answered(entry, on_x)
            else:
                yield Posted({**entry, "text": _signed(entry)}, on_x)

    def _on(self, x: StandInX) -> OnX:
        return OnX(x, self.brand, self.people)

    def _by_staff(self, entry: Entry) -> bool:
        """True for an answer that a member of staff writes under their own name."""
        return entry.get("by", SHOP) not in (SHOP, *self.people)


def load_story(path: Path = DAY) -> Story:
    """The story in a file of day.yaml's format."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    brand = read["brand"]
    return Story(
        brand=User(brand["id"], brand["username"], brand["name"]),
        people={key: User(**person) for key, person in read["people"].items()},
        entries=tuple(read["posts"]),
        acts=tuple(read.get("staff", [])),
    )


def _signed(entry: Entry) -> str:
    """The words of an answer as they are typed in X's own app."""
    return f"{entry['text']} ^{entry['by'].capitalize()}"


def _at(entry: Entry) -> datetime:
    """The moment of an entry: a time of UTC, or of the zone whose offset is written behind it."""
    written = time.fromisoformat(entry["at"])
    return datetime.combine(DATE, written, written.tzinfo or UTC).astimezone(UTC)


def _late(written: str | None) -> timedelta:
    match = _LATE.fullmatch(written or "")
    if match is None:
        return timedelta()
    return timedelta(seconds=int(match[1]) * (60 if match[2] == "m" else 1))
