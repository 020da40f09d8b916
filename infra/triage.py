"""Shows triage's tags of posts: lines in, JSON lines out; on a terminal, type a post and read the answer.

A line is plain text, {"text": "..."}, or a post as X's API v2 gives it. The answer is the line with `triage` added:
kind, needs_reply, urgency, topics, sentiment, language, confidence, reasons with the words and the rule they met, and
overruled: words that stand for another urgency, and why they do not decide.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from infra.settings_file import SettingsFileInvalid, load_desk
from mentiondesk.adapters.x.posts import read_post
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import ANSWERED, Reason, Tags, Urgency
from mentiondesk.triage import Engine

# The account of the example settings, so that posts addressed to others are known for such.
_EXAMPLE = ("FennelAndFinch",)
# Rules in the words of somebody who runs a shop.
_SAYS = {
    "failed": "says that something does not work",
    "late": "says that something is late or missing",
    "wrong": "says that something came wrong or damaged",
    "money": "says that money was taken or is owed",
    "staff": "complains of staff or service",
    "waiting": "has waited, or asks again",
    "judgement": "judges",
    "leaving": "wants to leave",
    "demand": "asks for help",
    "sarcasm": "means the opposite",
    "praise": "is pleased, or has it solved",
    "question": "asks",
    "spam": "advertises",
    "abuse": "insults",
    "vent": "lets off steam",
    "chatter": "talks of something else",
    "settings": "is in your settings",
    "critical": "names a danger",
    "alarming": "may name a danger",
    "high": "cannot wait long",
    "low": "can wait",
    "calm": "sounds worse than it is",
    **dict.fromkeys(("spanish", "french", "german", "portuguese"), "says it in another language"),
}
_LEVELS = tuple(map(str, (Urgency.LOW, Urgency.NORMAL, Urgency.HIGH, Urgency.CRITICAL)))
# Rules beside a level's own that explain it.
_ALSO = {Urgency.CRITICAL: ("alarming",)}
_NOBODY = frozenset[UserId]()
# Fields that a line may leave out, since triage does not read them.
_LEAST: dict[str, Any] = {"id": "1", "author_id": "1", "created_at": datetime(2026, 1, 1, tzinfo=UTC).isoformat()}


# Control characters, with which a post could command the terminal, and those that turn the direction of writing.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Text in which no character commands a terminal."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def harmless_json(value: object) -> str:
    """JSON in one line in which no character commands a terminal: such characters are escaped."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


class NotAPost(ValueError):
    """A line that holds no post."""


def main(arguments: Sequence[str]) -> int:
    """Returns 0, 1 when a line held no post, or 2 when the settings cannot be used."""
    parser = argparse.ArgumentParser(
        prog="make triage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--settings", type=Path, help="settings file with the brand's own words")
    options = parser.parse_args(arguments)
    try:
        brand = load_desk(options.settings).brand_words if options.settings else BrandWords(handles=_EXAMPLE)
    except SettingsFileInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    triage = Engine(brand)
    try:
        if sys.stdin.isatty():
            return _converse(triage, Console(highlight=False))
        return _answer_lines(triage, sys.stdin.buffer)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _answer_lines(triage: Engine, lines: Iterable[bytes]) -> int:
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            raw, post = _post(line)
        except NotAPost as wrong:
            print(f"line {number} {wrong}", file=sys.stderr)
            bad += 1
            continue
        tags = triage(post)
        said = answer(tags, post.text, overruled(triage.urgent_words(post), tags))
        print(harmless_json({**raw, "triage": said}), flush=True)
    return 1 if bad else 0


def _post(line: bytes) -> tuple[dict[str, Any], Post]:
    """The line's object, and the post in it; a line that is no JSON is the text of a post."""
    text = line.decode("utf-8-sig", "replace").strip()
    try:
        raw = json.loads(text) if text.startswith(("{", "[")) else {"text": text}
    except (ValueError, RecursionError):
        raise NotAPost("is not JSON") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise NotAPost('has no text; write {"text": "..."}')
    post = read_post({**_LEAST, **raw}, Source.MENTIONS, _NOBODY)
    if not isinstance(post, Post):
        raise NotAPost("is no post by a customer")
    return raw, post


def overruled(words: Iterable[Reason], tags: Tags) -> tuple[tuple[Reason, str], ...]:
    """The words of a post that stand for another urgency than it has, each with the reason why they do not decide."""
    others = (one for one in words if one.rule not in (tags.urgency, *_ALSO.get(tags.urgency, ())))
    return tuple((one, _why_overruled(one, tags)) for one in others)


def _why_overruled(word: Reason, tags: Tags) -> str:
    if word.rule == "calm":
        return "sounds worse than it is"
    level = "critical" if word.rule == "alarming" else word.rule
    if level not in _LEVELS:
        return "is in your settings, and something else decides"
    if tags.kind not in ANSWERED:
        return f"would be {level}, but {tags.kind} needs no answer"
    if any(reason.rule == "settings" for reason in tags.reasons):
        return f"would be {level}, but your settings decide"
    if _LEVELS.index(level) < _LEVELS.index(tags.urgency):
        return f"would be {level}, but the post as a whole is more urgent"
    return f"would be {level}, but the rest of the post does not bear it out"


def answer(tags: Tags, text: str, others: Iterable[tuple[Reason, str]] = ()) -> dict[str, Any]:
    """Tags as JSON has them; `others` are the words that were overruled."""
    return {
        "kind": tags.kind,
        "needs_reply": tags.needs_reply,
        "urgency": tags.urgency,
        "topics": tags.topics,
        "sentiment": round(tags.sentiment, 3),
        "language": tags.language,
        "confidence": round(tags.confidence, 3),
        "unsure": tags.unsure,
        "reasons": [
            {
                "words": text[reason.start : reason.end],
                "rule": reason.rule,
                "says": _SAYS.get(reason.rule, reason.rule),
                "start": reason.start,
                "end": reason.end,
            }
            for reason in tags.reasons
        ],
        "overruled": [{"words": text[one.start : one.end], "says": said} for one, said in others],
    }


def _converse(triage: Engine, console: Console) -> int:
    console.print("Type a post and press Enter; Ctrl-D ends.", style="dim")
    while True:
        try:
            text = console.input("[bold]> [/]").strip()
        except EOFError:
            return 0
        if text:
            _, post = _post(json.dumps({"text": text}).encode())
            tags = triage(post)
            others = overruled(triage.urgent_words(post), tags)
            console.print(*shown(tags, post.text, others), sep="\n", end="\n\n")


def shown(tags: Tags, text: str, others: Iterable[tuple[Reason, str]] = ()) -> tuple[Text, ...]:
    """The text with the words that decided, what was decided, which words met which table, and which were overruled."""
    marked = Text(harmless(text))
    for reason in tags.reasons:
        marked.stylize("bold reverse", reason.start, reason.end)
    needs = "a person looks" if tags.unsure else "needs an answer" if tags.needs_reply else "needs no answer"
    said = f"{tags.kind}, {needs}, urgency {tags.urgency}, {tags.confidence:.0%} sure, language {tags.language}"
    topics = f"about {', '.join(tags.topics)}" if tags.topics else "about none of the topics"
    why = [
        Text(f"  {marked.plain[one.start : one.end]}  ← {_SAYS.get(one.rule, one.rule)}", style="dim")
        for one in tags.reasons
    ]
    not_so = [Text(f"  {marked.plain[one.start : one.end]}  ← {because}", style="dim") for one, because in others]
    return marked, Text(said, style="bold"), Text(topics), *why, *not_so


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
