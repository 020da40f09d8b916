"""The story's day under another brand: its name, handle, words, zone and people in place of the invented shop's."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from infra.local.story import DATE, SHOP, Entry, Story
from infra.local.x_standin import User
from mentiondesk.settings.schema import SettingsFile, StaffSettings

_NAME = re.compile(r"fennel (?:&|and) finch", re.IGNORECASE)
_TAG = re.compile(r"#fennelfinch\b", re.IGNORECASE)
# The handle of somebody else, to whom customers write by mistake.
_OTHER = re.compile(r"@FennelFinch\b", re.IGNORECASE)
_SIGNED = re.compile(r"\^(Ana|Ben|Mo)\b")
_LEAD = "lead"
# Keys about which a sentence of its own speaks.
_TOLD = frozenset({"brand", "zone", "staff", "status_page"})
_PARTS = ("ana", "ben", "mo")
_LONGEST_HANDLE = 15


def recast(story: Story, settings: SettingsFile) -> Story:
    """The same day at the brand of these settings, on its own clock and with its own people."""
    brand, cast = settings.brand, parts(settings)
    names = _Names(story, settings, cast)
    return replace(
        story,
        brand=User(brand.user_id, brand.handle, brand.name),
        entries=tuple(_entry(one, names, cast) for one in story.entries),
        acts=tuple(_act(one, names, cast) for one in story.acts),
    )


def parts(settings: SettingsFile) -> Mapping[str, StaffSettings]:
    """The person who plays each colleague of the story: two who answer, and a lead. Who has no address plays none.

    People of the same id play themselves. One person alone plays all of them.
    """
    people = [one for one in settings.staff if one.email]
    if not people:
        return {}
    leads = [one for one in people if _LEAD in one.roles] or people
    others = [one for one in people if _LEAD not in one.roles] or people
    by_id = {str(one.id): one for one in people}
    wanted = dict(zip(_PARTS, (others[0], others[-1], leads[0]), strict=True))
    return {part: by_id.get(part, found) for part, found in wanted.items()}


def changes(settings: SettingsFile, example: SettingsFile) -> list[str]:
    """Sentences that say how the day differs from that of the example's settings; none where they are the example."""
    return list(_changes(settings, example))


def _changes(settings: SettingsFile, example: SettingsFile) -> Iterator[str]:
    brand = settings.brand
    if brand != example.brand:
        words = f", or say {_listed(f'“{word}”' for word in brand.words)}" if brand.words else ""
        yield f"Customers write to {brand.name}, @{brand.handle} (account {brand.user_id}){words}."
    if settings.zone != example.zone:
        yield f"The day runs by the clock of {settings.zone}."
    if settings.staff != example.staff:
        yield f"Alerts go to {_listed(one.name for one in settings.staff)}. {_played(settings)}"
    if settings.status_page.components != example.status_page.components:
        named = _listed(one.name for one in settings.status_page.components)
        yield f"The status page shows {named}." if named else "The status page shows no parts of the shop."
    fields = (name for name in type(settings).model_fields if name not in _TOLD)
    others = [name for name in fields if getattr(settings, name) != getattr(example, name)]
    if others:
        named = _listed(name.replace("_", " ") for name in others)
        yield f"Not as in the example either, but as you wrote it or by default: {named}."


def _played(settings: SettingsFile) -> str:
    """The parts that people play, as "Kim does what Ana and Ben would do."; or the sentence that nobody does."""
    played: dict[str, list[str]] = {}
    for part, person in parts(settings).items():
        played.setdefault(person.name, []).append(part.capitalize())
    told = "; ".join(f"{name} does what {_listed(found)} would do" for name, found in played.items())
    return f"{told}." if told else "Nobody has an email address, so nobody signs in: answers are typed in X's own app."


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def _entry(entry: Entry, names: "_Names", cast: Mapping[str, StaffSettings]) -> Entry:
    found = {**entry, "at": f"{entry['at']}{names.offset}"}
    if "text" in entry:
        found["text"] = names.put_into(entry["text"])
    if entry.get("by") in _PARTS:
        # A person who cannot sign in answers in X's own app, under the brand's account.
        found["by"] = cast[entry["by"]].id if cast else SHOP
    return found


def _act(entry: Entry, names: "_Names", cast: Mapping[str, StaffSettings]) -> Entry:
    # The desk itself proposes a title that names parts of the brand's own shop.
    typed = {key: value for key, value in entry.get("typed", {}).items() if names.same or key != "title"}
    by = cast[entry["by"]].id if cast else ""
    return {**entry, "at": f"{entry['at']}{names.offset}", "by": by, "typed": typed}


class _Names:
    """The names of one brand and its people, to be put where the story has the invented shop's."""

    def __init__(self, story: Story, settings: SettingsFile, cast: Mapping[str, StaffSettings]) -> None:
        brand = settings.brand
        self.same = (brand.handle, brand.name) == (story.brand.username, story.brand.name)
        self._signatures = {part.capitalize(): one.name.split()[0] for part, one in cast.items()}
        plain = [word for word in brand.words if not word.startswith("#")]
        tags = [word for word in brand.words if word.startswith("#")]
        self._word = next(iter([*plain, *brand.words]), brand.name)
        self._tag = tags[0] if tags else f"#{brand.handle}"
        self._handle = brand.handle
        self._story_handle = re.compile(re.escape(story.brand.username), re.IGNORECASE)
        written = datetime.combine(DATE, time(12), ZoneInfo(settings.zone)).isoformat()
        self.offset = written[-len("+00:00") :]

    def put_into(self, text: str) -> str:
        """The text as somebody writes it to this brand."""
        text = _SIGNED.sub(lambda found: f"^{self._signatures.get(found[1], found[1])}", text)
        if self.same:
            return text
        text = _OTHER.sub(lambda _: f"@{self._handle[: _LONGEST_HANDLE - 1]}_", text)
        text = self._story_handle.sub(lambda _: self._handle, text)
        return _NAME.sub(lambda _: self._word, _TAG.sub(lambda _: self._tag, text))
