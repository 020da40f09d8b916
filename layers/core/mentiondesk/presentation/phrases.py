"""Phrases that several rooms have in common."""

from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.profile import Attention
from mentiondesk.domain.text import clean, quotable
from mentiondesk.presentation.times import day
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen

# X's longest display name has 50 characters.
_LONGEST_NAME = 50
_LONGEST_QUOTE = 600


class Quote(Frozen):
    """Words of the customer, or (`ours`) of the brand, safe to show, with what they are and when they were written."""

    at: datetime
    label: str
    words: str
    ours: bool = False


def post_url(post_id: str) -> str:
    """X's own address of a post; works without knowing the handle."""
    return f"https://x.com/i/status/{post_id}"


def profile_url(case: Case) -> str:
    """X's own address of the customer: by their handle, or by their number where X was not asked."""
    return handle_url(case.profile.handle) if case.profile else f"https://x.com/i/user/{case.customer_id}"


def handle_url(handle: str) -> str:
    """X's own address of the account with this handle."""
    return f"https://x.com/{quote(handle, safe='')}"


def case_label(say: Sentences, case: Case) -> str:
    """Like "critical complaint" or "question"."""
    return say(f"what.{case.urgency}", kind=say.label("kind", case.kind))


def people_and_posts(say: Sentences, incident: Incident) -> str:
    """Like "12 people, 15 posts"."""
    people, posts = say("people", count=incident.people), say("posts", count=incident.posts)
    return say("people_and_posts", people=people, posts=posts)


def customer(say: Sentences, case: Case) -> str:
    """Like "Priya Shah · @priya_bakes"; the number of the account where X was not asked."""
    profile = case.profile
    if profile is None:
        return say("staff.customer", customer=case.customer_id)
    name = quotable(profile.name, _LONGEST_NAME)
    return say("staff.who", name=name, handle=profile.handle) if name else f"@{profile.handle}"


def reach(say: Sentences, case: Case) -> str:
    """Like "120,000 followers · seen 5,400 times · reach 121k with 12 reposts"; empty where X was not asked."""
    found = []
    if case.profile:
        found.append(say("staff.followers", count=case.profile.followers, number=f"{case.profile.followers:,}"))
    if case.metrics and case.metrics.views:
        found.append(say("staff.views", count=case.metrics.views, number=f"{case.metrics.views:,}"))
    if case.profile and case.metrics and case.reach > case.profile.followers:
        reposts = say("staff.reposts", count=case.metrics.reposts, number=f"{case.metrics.reposts:,}")
        found.append(say("staff.reach", number=compact(case.reach), reposts=reposts))
    return " · ".join(found)


def attention(say: Sentences, found: Iterable[Attention]) -> list[str]:
    """The reasons beside its words for which a complaint is urgent, like "influencer: 12,000 followers"."""
    return [say(f"staff.attention.{one.draw}", number=f"{one.count:,}", name=clean(one.name)) for one in found]


def compact(number: int) -> str:
    """Like 950, 1.2k, 120k or 3.4M."""
    for size, mark in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + mark if number < 10 * size else f"{number // size}{mark}"
    return str(number)


def thanked(say: Sentences, case: Case, zone: str) -> str:
    """Like "last thanked on 3 November 2026"."""
    at = case.thanked_at
    return say("desk.thanked", day=day(say, at.astimezone(ZoneInfo(zone)).date())) if at else say("desk.never_thanked")


def posts_so_far(say: Sentences, case: Case) -> str:
    """Like "5 posts so far"; empty for the first one."""
    return say("staff.posts_so_far", count=case.posts) if case.posts > 1 else ""


def quotes(say: Sentences, case: Case, clock: Callable[[datetime], str]) -> list[Quote]:
    """The conversation in short, oldest first: the first post, the brand's last reply, the latest post.

    `clock` writes a moment as the reader sees it.
    """
    several = case.first_said_at is not None and case.first_said_at != case.said_at
    said = [
        ("first", case.first_words, case.first_said_at if several else None),
        ("ours", case.answer_words, case.answered_at),
        ("latest" if several or case.answered_at else "only", case.words, case.said_at),
    ]
    shown = [
        Quote(at, say(f"staff.quote.{name}", at=clock(at)), quotable(words, _LONGEST_QUOTE), name == "ours")
        for name, words, at in said
        if words and at is not None
    ]
    return sorted(shown, key=lambda quote: quote.at)
