"""Problems with settings in plain words, each with the keys that lead to it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mentiondesk.settings.model import Misfit
from mentiondesk.settings.schema import ADDRESSES, SettingsFile
from mentiondesk.settings.types import shown


class SettingsInvalid(ValueError):
    """The settings cannot be used. `problems` has (path of keys, the problem in plain words)."""

    def __init__(self, problems: list[tuple[tuple[str | int, ...], str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{'.'.join(map(str, path)) or 'settings'}: {what}" for path, what in problems))


# The beginning of an address, without a name or a password before the host.
_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(?=[:/?]|$)(?!:[^/]*@)")
_NO_GROUP = "{shown} is not a group of keys here"
_NO_LIST = "{shown} is not a list; write it like [one, two]"
_PLAIN_WORDS = {
    "missing": "this key is missing",
    "extra_forbidden": "there is no such key; check its spelling against infra/settings.example.yaml",
    "string_type": "{shown} is not text; write it in quotes",
    "model_type": _NO_GROUP,
    "dict_type": _NO_GROUP,
    "tuple_type": _NO_LIST,
    "list_type": _NO_LIST,
    "frozen_set_type": _NO_LIST,
    "enum": "{shown} is not one of {expected}",
    "literal_error": "{shown} is not one of {expected}",
    "too_short": "give at least {min_length} of these",
    "too_long": "give at most {max_length} of these",
}
# Keys of former versions. A file that names one gets the message; settings that are stored are read without it.
RETIRED = {
    ("incidents", "publish_over"): (
        "this key is gone: no incident is public before a person has published it; take the line out"
    ),
    ("alerts", "digest_over"): (
        "this key is gone: alerts are gathered within alerts.budget, which has its own defaults; take the line out"
    ),
    ("wording", "automatic_update"): "this key is gone: the desk publishes nothing by itself; take the line out",
}
_HINTS = {
    "at": 'write a share like 50%, or a time like "10m before" or "30m after"',
    **{name: one.hint for name, one in ADDRESSES.items()},
    "user_id": "write X's numeric id of the account, in quotes",
    "x_user_id": "write X's numeric id of the account, in quotes",
    "handle": "write the handle without @: up to 15 letters, digits or _",
    "id": "use lower-case letters, digits, - and _, starting with a letter",
    "name": "use lower-case letters, digits and _, starting with a letter",
    "colour": 'write it as red, green and blue in hexadecimal, in quotes, like "#1f4e8c"',
    "logo": "write the name of a file beside these settings: PNG, JPEG, WebP or SVG, of at most 70 kB",
    "slack": "write the address of an incoming webhook, like https://hooks.slack.com/services/...",
    "webhook": "write a public address that begins with https://, without a name or a password in it",
    "secret": "make one with: openssl rand -base64 32, and write whsec_ before it",
    "own_domains": "write a host in small letters without https:// and www., like example.com",
    "privacy_policy": "write an address, like https://example.com/privacy",
    "url": "write a public address that begins with https://, without a name or a password in it",
    "duty": 'write always, or week: {mon-fri: ["09:00-17:00"]}',
}


@cache
def _all_keys() -> Mapping[str, bool]:
    """The names of all keys of the file, in whichever group they stand, each with whether it holds a secret."""
    found: dict[str, bool] = {}
    models: list[object] = [SettingsFile]
    while models:
        model = models.pop()
        if isinstance(model, type) and issubclass(model, BaseModel):
            found |= {name: found.get(name) or not field.repr for name, field in model.model_fields.items()}
            models += [field.annotation for field in model.model_fields.values()]
        else:
            models += get_args(model)
    return found


def validated(raw: object, stored: bool = False) -> SettingsFile:
    """The settings in `raw`, parsed from YAML or JSON. Raises SettingsInvalid with every problem found.

    `stored`: they are in force already, and slips that an earlier version let pass are let pass
    again, and keys that this version has no use for are left out.
    """
    try:
        raw = _without_retired(raw) if stored else raw
        return SettingsFile.model_validate(raw, context={"stored": stored})
    except ValidationError as invalid:
        found = [(_path(raw, error), error) for error in invalid.errors()]
    # pydantic also reports the group around a problem, and every alternative it tried there.
    problems = [
        (path, _plain(path, error))
        for path, error in found
        if not any(_inside(other, path) or _inside(inner["loc"], error["loc"]) for other, inner in found)
    ]
    raise SettingsInvalid(list(dict.fromkeys(problems)))


def _without_retired(raw: object) -> object:
    """Settings that an earlier version stored, without the keys that this version has no use for."""
    if not isinstance(raw, dict):
        return raw
    gone = {(area, key) for area, key in RETIRED if isinstance(raw.get(area), dict)}
    return {
        area: {key: value for key, value in group.items() if (area, key) not in gone}
        if isinstance(group, dict)
        else group
        for area, group in raw.items()
    }


def _path(raw: object, error: ErrorDetails) -> tuple[str | int, ...]:
    """The keys that lead to the problem as the file has them, without pydantic's names of the alternatives it tried."""
    path: list[str | int] = []
    for part in error["loc"]:
        inner = dict(enumerate(raw)) if isinstance(raw, list) else raw
        if isinstance(inner, dict) and part in inner:
            raw = inner[part]
            path.append(part)
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    misfit = error.get("ctx", {}).get("error")
    return (*path, *misfit.path) if isinstance(misfit, Misfit) else tuple(path)


def _inside(place: tuple[str | int, ...], outer: tuple[str | int, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _hint(path: tuple[str | int, ...]) -> str | None:
    """The hint for the key, or for the list in which the value stands."""
    return _HINTS.get(_key(path))


def _key(path: tuple[str | int, ...]) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _repeated(path: tuple[str | int, ...], value: object) -> str:
    """The value as a problem repeats it; of a secret, no more than the host of an address."""
    if not _all_keys().get(_key(path)):
        return shown(value)
    host = _HOST.match(value) if isinstance(value, str) else None
    return f"'{host[0]}...'" if host else "what stands here"


def _plain(path: tuple[str | int, ...], error: ErrorDetails) -> str:
    """The problem in plain words, and what would be right."""
    kind, hint, value = error["type"], _hint(path), _repeated(path, error["input"])
    if kind == "extra_forbidden" and tuple(path) in RETIRED:
        return RETIRED[str(path[0]), str(path[1])]
    if kind == "extra_forbidden" and (meant := get_close_matches(str(path[-1]), _all_keys(), 1, 0.7)):
        return f"there is no such key; did you mean {meant[0]}?"
    if hint and (
        kind == "string_pattern_mismatch" or path[-1] == "duty" or (path[-1] == "at" and kind == "string_type")
    ):
        return f"{value} does not fit; {hint}"
    if kind in _PLAIN_WORDS:
        return _PLAIN_WORDS[kind].format(shown=value, **error.get("ctx", {}))
    message = error["msg"].removeprefix("Value error, ")
    return message if kind == "value_error" else message[:1].lower() + message[1:]
