"""The promises, checked on a desk whose faults are over. Each violation is one plain sentence."""

import json
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes
from mentiondesk.adapters.storage.stores.timelines import entry_in
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.fold import fold
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.praise import month_of
from mentiondesk.domain.timeline import CaseEntry, CustomerPosted, Posted
from mentiondesk.values import replace
from tests.support.faults import FaultyDesk


@dataclass(frozen=True)
class Allowance:
    """The accepted cost of a scenario: messages sent and not recorded, reads not counted, runs and records given up."""

    repeats: int = 0
    uncounted: int = 0
    failed_runs: int = 0
    given_up: int = 0
    set_aside: int = 0


@dataclass
class Held:
    """The items of the table, by kind."""

    posts: dict[str, Post] = field(default_factory=dict)
    tagged: set[str] = field(default_factory=set)
    cases: dict[str, Case] = field(default_factory=dict)
    escalations: dict[str, Escalation] = field(default_factory=dict)
    # The escalations and messages in the due index, by (pk, sk).
    due: set[tuple[str, str]] = field(default_factory=set)
    messages: set[tuple[str, str]] = field(default_factory=set)
    entries: dict[str, list[CaseEntry]] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    updates: Counter[str] = field(default_factory=Counter)
    reads: int = 0
    aside: int = 0


def held(desk: FaultyDesk) -> Held:  # noqa: C901, PLR0912 - a branch for each kind of item
    """The table's items as facts."""
    found = Held()
    for item in map(from_attributes, desk.items()):
        pk, sk = item.key.pk, item.key.sk
        head, _, rest = pk.partition("#")
        if item.get(keys.DUE_SHARD) is not None:
            found.due.add((pk, sk))
        if sk == keys.POST:
            found.posts[rest] = item.read(Post)
            found.tagged |= {rest} if item.get(keys.TAGGED_AT) else set()
        elif sk == keys.CASE:
            found.cases[rest] = item.read(Case)
        elif sk == keys.ESCALATION:
            found.escalations[rest] = item.read(Escalation)
        elif sk.startswith(keys.MESSAGE):
            found.messages.add((pk, sk))
        elif sk.startswith(keys.TIMELINE) and pk.startswith(keys.CASE_PREFIX):
            found.entries.setdefault(rest, []).append(entry_in(item))  # type: ignore[arg-type]
        elif sk == keys.INCIDENT:
            found.incidents.append(item.read(Incident))
        elif sk.startswith(keys.UPDATE):
            found.updates[rest] += 1
        elif sk.startswith(keys.ALERT):
            found.records[pk, sk] = item.read(Record)
        elif head == keys.CUSTOMER:
            found.customers[rest] = dict(item.beside)
        elif head == "READS":
            found.reads += sum(int(item.get(name) or 0) for name in _SOURCES)
        elif head == "ASIDE":
            found.aside += 1
    return found


_SOURCES = ("own", "mentions", "search", "lookup")


def violations(desk: FaultyDesk, allowed: Allowance, oracle: "Ending | None" = None) -> list[str]:
    """Every promise that does not hold now; `oracle` is how the same scenario ends without faults."""
    found = held(desk)
    told = [
        *_posts(desk, found),
        *_cases(desk, found),
        *_customers(found),
        *_alerts(desk, found, allowed),
        *_reads(desk, found, allowed),
        *_leftovers(desk, found, allowed),
        *_site(desk, found),
    ]
    if oracle is not None:
        told += oracle.differences(Ending.of(desk, found))
    return told


def _site(desk: FaultyDesk, found: Held) -> Iterator[str]:
    """The status site tells of each public incident what the table tells."""
    told = json.loads(desk.site_file("api/v2/incidents.json"))["incidents"]
    told += json.loads(desk.site_file("api/v2/scheduled-maintenances.json"))["scheduled_maintenances"]
    on_site = {one["id"]: (one["status"], len(one["incident_updates"])) for one in told}
    in_table = {one.incident_id: (one.status, found.updates[one.incident_id]) for one in found.incidents if one.public}
    if on_site != in_table:
        yield f"the status site says {on_site}, the table {in_table}"


def _posts(desk: FaultyDesk, found: Held) -> Iterator[str]:
    """Every post X delivered is stored once, with its latest text, and tagged once for each text."""
    latest, versions = {}, Counter[str]()
    for post in desk.x.delivered:
        if post.reposts is None:
            latest[post.first_id] = post
            versions[post.first_id] += 1
    tagged = _taggings(desk)
    for first, post in latest.items():
        stored = found.posts.get(first)
        if stored is None:
            yield f"post {first} was delivered and is not stored"
            continue
        if stored.version_id != post.id or stored.text != post.full_text:
            yield f"post {first} is stored with an old text"
        if first not in found.tagged:
            yield f"post {first} is not tagged"
        if not 1 <= tagged[first] <= versions[first]:
            yield f"post {first} came in {versions[first]} versions and was tagged {tagged[first]} times"
    yield from (f"post {post_id} is stored and was never delivered" for post_id in found.posts.keys() - latest.keys())


def _taggings(desk: FaultyDesk) -> Counter[str]:
    """The number of times each post was tagged, as the stream saw it."""
    times: dict[str, set[str]] = {}
    for record in desk.stream:
        image = record.record["dynamodb"].get("NewImage", {})
        if image.get("sk", {}).get("S") == keys.POST and "tagged_at" in image:
            tagging = f"{image['tagged_at']} {image['edits']}"
            times.setdefault(image["pk"]["S"].removeprefix("POST#"), set()).add(tagging)
    return Counter({post: len(taggings) for post, taggings in times.items()})


def _cases(desk: FaultyDesk, found: Held) -> Iterator[str]:
    """Each customer's post is in one case, and each case is what its timeline tells."""
    posts = {case_id: [one.post_id for one in _posted(told)] for case_id, told in found.entries.items()}
    places = Counter(post_id for told in posts.values() for post_id in told)
    for post_id, post in found.posts.items():
        wanted = 0 if post.own and post.case_id is None else 1
        if places[post.post_id] != wanted or (not post.own and post.case_id is None):
            yield f"post {post_id} is in {places[post.post_id]} timelines"
        elif post.case_id is not None and post.post_id not in posts.get(str(post.case_id), ()):
            yield f"post {post_id} is in another case than it says"
    for case_id in found.cases.keys() ^ found.entries.keys():
        yield f"case {case_id} has no posts, or posts have no case"
    for case_id, case in found.cases.items():
        entries = found.entries.get(case_id, [])
        if case.posts != len(posts.get(case_id, ())):
            yield f"case {case_id} counts {case.posts} posts and holds {posts.get(case_id)}"
        if entries and fold(case.case_id, entries, desk.settings.policy) != replace(case, version=0):
            yield f"case {case_id} is not what its timeline tells"


def _customers(found: Held) -> Iterator[str]:
    """The counters equal a count from scratch."""
    counted: dict[str, Counter[str]] = {}
    for post in found.posts.values():
        if not post.own:
            praised = [f"praised_{month_of(post.created_at)}"] if post.kind is Kind.PRAISE else []
            counted.setdefault(post.author_id, Counter()).update(["posts", str(post.kind), *praised])
    for customer in counted.keys() | found.customers.keys():
        stored = {
            name: int(count)
            for name, count in found.customers.get(customer, {}).items()
            if name not in ("pk", "sk", "expires_at", "latest_case") and not name.endswith("_at") and count
        }
        if stored != dict(counted.get(customer, {})):
            yield f"customer {customer} has {stored} and posted {dict(counted.get(customer, {}))}"


def _alerts(desk: FaultyDesk, found: Held, allowed: Allowance) -> Iterator[str]:
    """The ledger is what really went out: nothing said to be sent was not, and nothing went out unsaid."""
    messages = desk.messages()
    known = Counter(record.message_id for record in found.records.values() if record.outcome is Outcome.SENT)
    together = {record.message_id for record in found.records.values() if record.digest}
    for message_id, count in known.items():
        if message_id not in messages:
            yield "an alert is recorded as sent and was not"
        if count > 1 and message_id not in together:
            yield f"one message stands for {count} alerts"
    yield from _twice(messages, known)
    yield from _told_of_all(desk, found, messages)
    yield from _stages_told(desk, found)
    repeats = len(messages.keys() - known.keys())
    if repeats > allowed.repeats:
        yield f"{repeats} messages were sent and are not recorded; {allowed.repeats} may be"
    for (_, sk), record in found.records.items():
        if record.outcome is Outcome.SENT and record.message_id in messages:
            yield from _reaches_its_person(desk, sk, record, *messages[record.message_id])
        elif record.outcome is Outcome.HELD and _answered(found, record):
            continue
        elif record.outcome is not Outcome.MERGED:
            yield f"alert {sk} ended as {record.outcome}"
        elif not any(_said_instead(record, other) for other in found.records.values()):
            yield f"alert {sk} was merged into nothing"


def _twice(messages: Mapping[str, tuple[str, str]], known: Container[str]) -> Iterator[str]:
    """No two messages that are recorded say the same to one address."""
    said = Counter(told for message_id, told in messages.items() if message_id in known)
    yield from (f"{address} was told the same {count} times" for (address, _), count in said.items() if count > 1)


def _told_of_all(desk: FaultyDesk, found: Held, messages: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """A message names each customer of the alerts that it stands for, or counts them."""
    about: dict[str, set[CaseId]] = {}
    for record in found.records.values():
        subject_id, gathered = record.alert.subject_id, not record.detail.endswith("already")
        if record.outcome is Outcome.SENT and isinstance(subject_id, CaseId) and gathered:
            about.setdefault(record.message_id, set()).add(subject_id)
    brand = desk.settings.brand.name
    for message_id, cases in about.items():
        customers = {case.customer for case in cases}
        _, words = messages.get(message_id, ("", ""))
        named = {case.customer for case in cases if case_number(case, brand) in words}
        if named != customers and f"{len(customers)} customers" not in words:
            yield f"{message_id} stands for {len(customers)} customers and tells of {len(named)}: {words[:80]!r}"


def _calls(stage: Stage, case: Case) -> bool:
    """False for a stage of claimed cases where this one is not, and the other way round."""
    return not (stage.unless_claimed if case.owner else stage.once_claimed)


def _stages_told(desk: FaultyDesk, found: Held) -> Iterator[str]:
    """Each stage of a customer who waits is in the ledger by the end of one gathering."""
    by = desk.clock.now() - desk.settings.alerts.budget.gather
    known = {(str(r.alert.subject_id), r.alert.since, r.alert.stage) for r in found.records.values()}
    for case_id, case in found.cases.items():
        for timer in case.timers:
            due = [one.stage for one in timer.alerts if one.at <= by] if timer.running else []
            called = [one.name for one in desk.settings.policy.stages_of(timer) if _calls(one, case)]
            missing = [stage for stage in due if stage in called and (case_id, timer.since, stage) not in known]
            yield from (f"case {case_id} waits, and nobody was told at {stage}" for stage in missing)


def _reaches_its_person(desk: FaultyDesk, sk: str, record: Record, address: str, words: str) -> Iterator[str]:
    staff = desk.settings.roster.find(record.alert.staff_id)
    assert staff is not None, "alerts go to the roster"
    if not record.detail and address not in staff.addresses.values():
        yield f"alert {sk} went to {address}"
    if not (record.digest or "x.com/i/status/" in words or "/act/" in words):
        yield f"alert {sk} names no post"


def _answered(found: Held, record: Record) -> bool:
    """True when the reply timer ended before a held text could go."""
    timers = found.cases[str(record.alert.subject_id)].timers
    return not any(timer.running and timer.since == record.alert.since for timer in timers)


def _said_instead(merged: Record, other: Record) -> bool:
    """True when a later alert about the same, which its person got, stands for a merged one."""
    same = merged.alert.subject_id, merged.alert.since, merged.alert.staff_id
    alert = other.alert
    later = alert.due_at > merged.alert.due_at and other.at >= merged.at
    return other.outcome is Outcome.SENT and later and same == (alert.subject_id, alert.since, alert.staff_id)


def uncounted(desk: FaultyDesk, found: Held) -> int:
    """Posts X charged for that the desk has not counted."""
    billed = sum(sum(day.values()) for day in desk.x.billed.values())
    reposts = sum(post.reposts is not None for post in desk.x.delivered)
    return billed - reposts - found.reads


def _reads(desk: FaultyDesk, found: Held, allowed: Allowance) -> Iterator[str]:
    missing = uncounted(desk, found)
    if missing > allowed.uncounted:
        yield f"{missing} reads were charged and not counted; {allowed.uncounted} may be"
    if found.reads > desk.settings.reading.monthly_reads:
        yield f"{found.reads} reads are past the budget"


def _leftovers(desk: FaultyDesk, found: Held, allowed: Allowance) -> Iterator[str]:
    """Asserts that no lease, half-open state or leftover remains."""
    for case_id, case in found.cases.items():
        timer, escalation = case.timer, found.escalations.get(case_id)
        alerted = timer if timer is not None and timer.running and timer.alerts else None
        if alerted != (escalation and escalation.timer):
            yield f"case {case_id} has the timer {alerted} and the escalation {escalation}"
    for subject_id, escalation in found.escalations.items():
        if (escalation.due_at is not None) != ((f"CASE#{subject_id}", keys.ESCALATION) in found.due):
            yield f"the escalation of {subject_id} is half in the due index"
        if escalation.due_at is not None and escalation.due_at not in _planned(found, escalation):
            yield f"the escalation of {subject_id} is still leased"
        if escalation.due_at is not None and escalation.due_at <= desk.clock.now():
            yield f"the escalation of {subject_id} has been due since {escalation.due_at}"
    yield from (f"message {sk} of {pk} was never sent" for pk, sk in found.messages)
    if desk.waiting("StreamFailures") > allowed.given_up:
        yield f"{desk.waiting('StreamFailures')} stream records were given up"
    if desk.failed_runs > allowed.failed_runs:
        yield f"{desk.failed_runs} runs failed; {allowed.failed_runs} may"
    if found.aside > allowed.set_aside:
        yield f"{found.aside} posts were set aside"


def _planned(found: Held, escalation: Escalation) -> set[Any]:
    held_until = {r.until for r in found.records.values() if r.alert.subject_id == escalation.subject_id}
    return {due.at for due in escalation.timer.alerts} | held_until


def _posted(entries: list[CaseEntry]) -> list[Posted]:
    return [one for one in entries if isinstance(one, Posted)]


def _told(post: Posted) -> tuple[object, ...]:
    return post.order, post.words, post.kind if isinstance(post, CustomerPosted) else ""


@dataclass(frozen=True)
class Ending:
    """The final state of a scenario, without facts that depend on when posts were seen."""

    posts: dict[str, tuple[object, ...]]
    cases: dict[str, tuple[object, ...]]
    timelines: dict[str, tuple[object, ...]]
    alerts: frozenset[tuple[str, str]]
    # Warnings that a message brought forward; which ones depends on when messages go.
    ahead: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, desk: FaultyDesk, found: Held | None = None) -> "Ending":
        found = found or held(desk)
        return cls(
            {key: (p.text, p.edits, p.version_id, p.case_id, p.kind) for key, p in found.posts.items()},
            {
                key: (c.state, c.kind, c.urgency, c.phase, c.timers, c.breaches, c.posts)
                for key, c in found.cases.items()
            },
            {key: tuple(sorted(map(_told, _posted(told)))) for key, told in found.entries.items()},
            frozenset(found.records),
            frozenset(key for key, record in found.records.items() if record.at < record.alert.due_at),
        )

    def differences(self, other: "Ending", alerts: bool = True) -> Iterator[str]:
        """The differences of `other`; the alerts that fall due depend on when a post is first seen."""
        for name in ("posts", "cases", "timelines"):
            mine, theirs = getattr(self, name), getattr(other, name)
            for key in mine.keys() | theirs.keys():
                if mine.get(key) != theirs.get(key):
                    yield f"{name} {key}: {theirs.get(key)} instead of {mine.get(key)}"
        if alerts:
            yield from (f"alert {key} was never given" for key in sorted(self.alerts - self.ahead - other.alerts))
            yield from (f"alert {key} was not due" for key in sorted(other.alerts - other.ahead - self.alerts))
