"""The rights that people have over what is stored about them: to see it, and to have it erased."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from secrets import token_hex
from typing import Protocol

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.facts import fact_in, replaced
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.table import MOST_PARTS, Table, Write
from mentiondesk.domain.figures.facts import ReplyFact, ReviewFact, SecondAnswer, WaitFact, anonymous, coarse_moments
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.review.sample import Review
from mentiondesk.usecases.optimistic import kept, retried
from mentiondesk.values import replace


class ScannedTable(Table, Protocol):
    """A table whose every item can be read, which the desk itself never does."""

    def scan(self) -> Iterator[Item]: ...


def items_about(table: ScannedTable, user: UserId) -> Iterator[Item]:
    """Every item about one person on X: their posts, cases with all that is in them, and what is counted of them."""
    found = list(table.scan())
    yield from (item for item in found if _about(item, user))
    for items in _facts_about(found, user).values():
        yield from items


def erase(table: ScannedTable, incidents: Incidents, user: UserId) -> int:
    """Removes every item about one person, and their words from incidents; returns the number of items.

    Facts stay, because figures count them, under a made-up case that leads to nobody.
    """
    found = list(table.scan())
    about = [item for item in found if _about(item, user)]
    for facts in _facts_about(found, user).values():
        _make_anonymous(table, facts)
    for item in about:
        table.delete(item.key)
    for item in found:
        if item.key.sk == keys.INCIDENT:
            _leave(incidents, IncidentId(item.key.pk.removeprefix(keys.INCIDENT_PREFIX)), user)
    return len(about)


def _about(item: Item, user: UserId) -> bool:
    pk, sk = item.key
    if pk.startswith(keys.CASE_PREFIX):
        return pk.endswith(f"#{user}")
    if pk.startswith(keys.THREAD):
        return sk.endswith(f"#{user}")
    if pk.startswith(keys.REVIEWS):
        return item.key != keys.review_seed() and item.read(Review).reply.case_id.customer == user
    of_case = str(item.get("case_id") or "").endswith(f"#{user}")
    # Replies that were sent lately name the customer beside their words.
    of_theirs = user in (item.get("author_id"), item.get("customer"))
    return of_theirs or of_case or pk == keys.customer(user).pk or sk == f"{keys.PERSON}{user}"


def _facts_about(items: Iterable[Item], user: UserId) -> Mapping[CaseId, Sequence[Item]]:
    """The items of facts about a person by their case; a review names the post, which the other facts know."""
    facts = [(item, fact) for item in items if item.key.pk.startswith(keys.FACTS) and (fact := fact_in(item))]
    found: defaultdict[CaseId, list[Item]] = defaultdict(list)
    posts: dict[str, CaseId] = {}
    for item, fact in facts:
        if isinstance(fact, WaitFact | SecondAnswer | ReplyFact) and fact.case_id.customer == user:
            found[fact.case_id].append(item)
            posts |= {str(_answer(fact)): fact.case_id}
    for item, fact in facts:
        if isinstance(fact, ReviewFact) and fact.reply_id in posts:
            found[posts[fact.reply_id]].append(item)
    return found


def _answer(fact: WaitFact | SecondAnswer | ReplyFact) -> PostId | None:
    """The brand's post that a fact names."""
    match fact:
        case WaitFact():
            return fact.answer_id
        case ReplyFact():
            return fact.post_id
        case SecondAnswer():
            return None


def _make_anonymous(table: Table, items: Sequence[Item]) -> None:
    """Puts anonymous facts in place of those of a case, together: a wait and its correction keep one made-up case."""
    case_id = CaseId(ConversationId("forgotten"), UserId(token_hex(8)))
    moments = coarse_moments(fact for item in items if (fact := fact_in(item)))
    for some in batched(items, MOST_PARTS // 2, strict=False):
        parts: dict[str, Write] = {}
        for item in some:
            fact = fact_in(item)
            assert fact is not None, "facts of a known type were found"
            parts |= replaced(item, anonymous(fact, case_id, PostId(token_hex(8)), moments))
        table.transact(parts)


def _leave(incidents: Incidents, incident_id: IncidentId, user: UserId) -> None:
    """Drops the samples of a person's posts from an incident."""

    def attempt(current: Incident | None) -> None:
        before = kept(current)
        samples = tuple(sample for sample in before.samples if sample.author_id != user)
        if samples != before.samples:
            incidents.save(incident_change(before, replace(before, samples=samples)))

    retried(incidents.get(incident_id), attempt)
