"""Mails to the people who look after the desk itself: what has happened, and what to do about it."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mentiondesk.domain.troubles import Notice


class OperatorMails:
    """Writes notices; `desk_name` begins each subject, so that several desks can share a mailbox."""

    def __init__(self, desk_name: str) -> None:
        self._desk_name = desk_name

    def __call__(self, notice: Notice) -> tuple[str, str]:
        """Subject and text."""
        words, since = texts()[notice.name], _catalogue()["since"].format(at=f"{notice.since:%Y-%m-%d %H:%M}")
        if notice.over:
            title, parts = _catalogue()["over"].format(title=words["title"]), [_catalogue()["is_over"], since]
        else:
            title, parts = words["title"], [words["text"], "\n".join(f"- {one}" for one in notice.details), since]
        return f"{self._desk_name}: {title}", "\n\n".join(filter(None, parts)) + "\n"


def texts() -> Mapping[str, Mapping[str, str]]:
    """Title and text of each trouble, by its name."""
    found: Mapping[str, Mapping[str, str]] = _catalogue()["troubles"]
    return found


@cache
def _catalogue() -> Mapping[str, Any]:
    """The words for operators, in a file of their own: only the notifier reads it."""
    text = files("mentiondesk.presentation.wording").joinpath("operators.en.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found
