"""Measures the checks of replies: python -m tests.evaluation.replies.

Prints how often each rule fires on recorded replies of brands, how many of the invented replies that break a rule are
stopped, how many good ones are, and the time that a reply takes.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mentiondesk.adapters.x.posts import read_post
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.replies.checks.check import check
from mentiondesk.domain.replies.checks.context import CheckContext, Media, RecentReply
from mentiondesk.domain.replies.finding import Finding, Outcome, worst
from mentiondesk.domain.replies.rules import CheckRules, OwnRule
from mentiondesk.triage import triage

OWN = Path(__file__).parent / "replies.jsonl"
FOUND = OWN.with_name("replies_found.txt")
OTHERS = Path(__file__).parents[3] / "shared/data/replay"
BRANDS = ("Delta", "AmazonHelp", "Uber_Support")
_BRAND = "1000000001"
_NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
_RECENT, _DAY = 100, timedelta(days=1)
RULES = CheckRules(
    own_domains=("fennelandfinch.example",),
    contacts=("help@fennelandfinch.example", "+44 117 496 0123"),
    own_rules=(OwnRule("no-late-refund", Outcome.BLOCK, "No refund later than 30 days.", ("exception ... refund*",)),),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply with what was found in it, and what should stop it (None: nothing).

    `missed`: it is known to pass; `stopped_by`: it is known that this rule stops it, and not the one that should.
    """

    text: str
    findings: tuple[Finding, ...]
    stop: str | None = None
    missed: bool = False
    stopped_by: str | None = None

    @property
    def stopped(self) -> bool:
        return worst(self.findings) in (Outcome.BLOCK, Outcome.HOLD)


def written_replies() -> Iterator[Mapping[str, Any]]:
    """The invented replies, each with the facts beside it."""
    lines = OWN.read_text(encoding="utf-8").split("\n")
    return (json.loads(line) for line in lines if line)


@cache
def written() -> tuple[Checked, ...]:
    """The invented replies, checked. Remembered: thousands of them take seconds."""
    return tuple(map(_checked, written_replies()))


def _checked(reply: Mapping[str, Any]) -> Checked:
    findings = check(reply["text"], context_of(reply))
    return Checked(reply["text"], findings, reply["stop"], reply.get("missed", False), reply.get("stopped_by"))


def found_in_written() -> Iterator[str]:
    """The findings that the author of each invented reply is shown, a line for each reply that has any."""
    for one in written():
        if one.findings:
            yield f"{one.text[:50]!r}: {', '.join(_shown(found, one.text) for found in one.findings)}"


def _shown(found: Finding, text: str) -> str:
    words = found.found_in(text)
    facts = (f" {name}={value}" for name, value in found.facts if value != words)
    return f"{found.rule} {found.outcome} {words!r}{''.join(facts)}"


def context_of(reply: Mapping[str, Any]) -> CheckContext:
    """The facts beside an invented reply; the case is as urgent as triage finds the customer, unless the line says."""
    sent = reply.get("sent", ())
    said = tuple(reply.get("customer", ("@FennelAndFinch my order is wrong, and nobody answers!",)))
    return CheckContext(
        now=_NOW,
        customer=UserId("customer"),
        rules=RULES,
        customer_words=said,
        private_texts=tuple(reply.get("notes", ())),
        recent=tuple(RecentReply(text, _NOW - timedelta(minutes=ago), UserId(whom)) for ago, whom, text in sent),
        kind=Kind(reply.get("kind", Kind.COMPLAINT)),
        urgency=Urgency(reply["urgency"]) if "urgency" in reply else _urgency(said),
        language=reply.get("lang", "en"),
        followers=reply.get("followers"),
        new_author=reply.get("new", False),
        about_incident=reply.get("incident", False),
        signature="^AR",
        media=tuple(Media(alt, opened) for alt, opened in reply.get("media", ())),
    )


@cache
def _urgency(said: Sequence[str]) -> Urgency:
    """The urgency that the desk would give the case of an invented customer."""
    raw = {"id": "1", "author_id": "1", "conversation_id": "1", "created_at": _NOW.isoformat()}
    return max((_tags({**raw, "text": text}).urgency for text in said), default=Urgency.NORMAL)


def recorded(path: Path) -> list[Checked]:
    """The brand's replies in a recording, each checked with what had been said before it."""
    posts = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    own_domains = CheckRules(own_domains=("t.co",))
    return [Checked(post["text"], check(_unescaped(post["text"]), _recorded_context(post, posts, own_domains)))
            for post in posts if post["author_id"] == _BRAND and post.get("in_reply_to_user_id")]  # fmt: skip


def _recorded_context(post: Mapping[str, Any], posts: Sequence[Mapping[str, Any]], rules: CheckRules) -> CheckContext:
    at, earlier = _at(post), [one for one in posts if _at(one) < _at(post)]
    thread = [one for one in earlier if one["conversation_id"] == post["conversation_id"]]
    sent = [one for one in earlier if one["author_id"] == _BRAND and at - _at(one) <= _DAY][-_RECENT:]
    said = [one for one in thread if one["author_id"] != _BRAND]
    return CheckContext(
        now=at,
        customer=UserId(post["in_reply_to_user_id"]),
        kind=_tags(said[-1]).kind if said else Kind.CHATTER,
        urgency=max((_tags(one).urgency for one in said), default=Urgency.NORMAL),
        rules=rules,
        customer_words=tuple(one["text"] for one in said),
        brand_words=tuple(one["text"] for one in thread if one["author_id"] == _BRAND),
        recent=tuple(RecentReply(_unescaped(one["text"]), _at(one), UserId(one.get("in_reply_to_user_id", "")))
                     for one in sent),
    )  # fmt: skip


def _tags(raw: Mapping[str, Any]) -> Tags:
    post = read_post(raw, Source.MENTIONS, frozenset({UserId(_BRAND)}))
    return triage.tags(post) if isinstance(post, Post) else Tags(Kind.CHATTER, needs_reply=False)


def _at(post: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(post["created_at"])


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def main(arguments: Sequence[str]) -> int:
    """Returns 0, or 1 where a bound is broken: a blocking rule above 2 %, or too few or wrong replies stopped."""
    parser = argparse.ArgumentParser(prog="make evaluate-replies", description=__doc__)
    parser.add_argument("recordings", nargs="*", type=Path, help="recordings of posts as JSON lines")
    parser.add_argument("--show", metavar="RULE", help="show the replies in which the rule fired")
    parser.add_argument("--write", action="store_true", help=f"write {FOUND.name} anew, and do nothing else")
    options = parser.parse_args(arguments)
    if options.write:
        FOUND.write_text("".join(f"{line}\n" for line in found_in_written()), encoding="utf-8")
        return 0
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    paths = options.recordings or [path for name in BRANDS if (path := OTHERS / f"{name}.posts.jsonl").exists()]
    sets = {path.name.partition(".")[0]: recorded(path) for path in paths}
    own = written()
    ok = _rates(console, sets) & _written(console, own)
    console.print(f"time: {_microseconds(own):.0f} µs a reply, with 100 others to compare")
    if options.show:
        _show(console, options.show, (*own, *(one for some in sets.values() for one in some)))
    return 0 if ok else 1


def _rates(console: Console, sets: Mapping[str, Sequence[Checked]]) -> bool:
    table = Table("rule", "outcome", *(f"{name} ({len(some)})" for name, some in sets.items()))
    fired = {name: _fired(some) for name, some in sets.items()}
    ok = True
    for outcome, rule in sorted(
        {key for some in fired.values() for key in some}, key=lambda key: (key[0].rank, key[1])
    ):
        shares = [fired[name][outcome, rule] / len(some) for name, some in sets.items()]
        ok &= outcome is not Outcome.BLOCK or max(shares) <= 0.02
        table.add_row(rule, outcome, *(f"{share:.1%}" for share in shares))
    if sets:
        console.print(table)
    return ok


def _fired(some: Sequence[Checked]) -> Counter[tuple[Outcome, str]]:
    return Counter(key for one in some for key in {(found.outcome, found.rule) for found in one.findings})


def _written(console: Console, own: Sequence[Checked]) -> bool:
    bad = [one for one in own if one.stop is not None]
    good = [one for one in own if one.stop is None]
    missed, wrong = [one for one in bad if not one.stopped], [one for one in good if one.stopped]
    console.print(f"invented replies that break a rule: {len(bad) - len(missed)} of {len(bad)} stopped")
    for one in missed:
        console.print(f"  missed ({one.stop}): {one.text}", markup=False)
    console.print(f"good invented replies: {len(wrong)} of {len(good)} stopped")
    for one in wrong:
        console.print(f"  wrong ({', '.join(found.rule for found in one.findings)}): {one.text}", markup=False)
    return len(missed) <= len(bad) // 10 and not wrong


def _microseconds(own: Sequence[Checked]) -> float:
    others = tuple(RecentReply(f"{one.text} {n}", _NOW, UserId(str(n))) for n, one in enumerate([*own, *own][:_RECENT]))
    context = CheckContext(_NOW, UserId("c"), rules=RULES, recent=others, signature="^AR",
                           private_texts=("a note about the customer that says this and that",) * 5)  # fmt: skip
    began, rounds = time.process_time(), 5
    for _ in range(rounds):
        for one in own:
            check(one.text, context)
    return (time.process_time() - began) / rounds / len(own) * 1e6


def _show(console: Console, rule: str, some: Sequence[Checked]) -> None:
    for one in some:
        for found in one.findings:
            if found.rule == rule:
                console.print(f"[{found.found_in(one.text)}] {one.text}", markup=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
