"""Concepts: the problems that people report, whatever their words. "Can't get in" and "keeps logging me out" are one.

Triage reads them from its table concepts.txt. To add one, write a heading with phrases there and its name here.
"""

from collections.abc import Collection

# The failures, the more specific first, as in the table.
_FAILURES = (
    "cannot log in",
    "payment fails",
    "paid, not recognised",
    "charged wrongly",
    "hacked",
    "personal data shown",
    "closed",
    "strike",
    "wrong price",
    "water leak",
    "no water",
    "crashes",
    "no sound",
    "won't play",
    "won't load",
    "frozen",
    "down",
    "no connection",
    "no power",
    "code or email does not come",
    "cancelled",
    "delayed",
    "not delivered",
    "missing",
    "not saving or syncing",
    "search fails",
    "error message",
    "slow",
    "nobody answers",
    "makes people ill",
    "not working",
)
# Concepts that no incident is about. They tell that a post is a matter of its own.
MARKERS = ("refund", "staff", "not solved")
# Parts of the service, in complaints and other posts alike.
SUBJECTS = frozenset(
    {
        "signing in",
        "delivery",
        "the connection",
        "travel",
        "paying",
        "premises",
        "prices",
        "the water",
        "food",
    }
)
ANY_BROKEN = "anything broken"
# General concepts and the narrower ones in each: people report one outage as "down", "won't load" and "crashes".
GENERAL = {
    ANY_BROKEN: frozenset(
        {
            "cannot log in",
            "crashes",
            "no sound",
            "won't play",
            "won't load",
            "frozen",
            "down",
            "no connection",
            "not saving or syncing",
            "search fails",
            "error message",
            "slow",
            "not working",
        }
    ),
    "reaching it": frozenset({"won't load", "crashes", "frozen", "down"}),
    "playback": frozenset({"won't play", "no sound"}),
    "signing in": frozenset({"cannot log in"}),
    "delivery": frozenset({"not delivered"}),
    "the connection": frozenset({"no connection"}),
    "travel": frozenset({"delayed", "cancelled", "strike"}),
    "paying": frozenset({"payment fails", "paid, not recognised"}),
    "premises": frozenset({"closed"}),
    "prices": frozenset({"wrong price"}),
    "the water": frozenset({"water leak", "no water"}),
    "food": frozenset({"makes people ill"}),
}
FAILURES = frozenset(_FAILURES)
CONCEPTS = (*_FAILURES, *MARKERS, *GENERAL)
# Concepts that are often several small problems at once.
VAGUE = frozenset({ANY_BROKEN, "not working", "error message"})
# Matters of their own: a post that has one of them joins no incident about something else, whatever else it says.
APART = frozenset({"charged wrongly", "hacked", "personal data shown", "makes people ill", *MARKERS})
# Everyday complaints of a shop's customers, each about a matter of their own, before the desk knows how many.
EVERYDAY = frozenset({"not delivered", "delivery", "paid, not recognised", "charged wrongly", "nobody answers"})
# Failures of one customer's own order. Beside a failure that anything may have, a post with one of them tells two
# problems: their subjects say nothing of what else fails.
OF_THEIR_OWN = {
    "not delivered": frozenset({"delivery", "paying"}),
    "paid, not recognised": frozenset({"paying"}),
}
# A signal has its topics among its terms, after this word.
TOPIC = "topic "
# The term of a signal that has no failure, no subject and no topic.
NOTHING_KNOWN = "nothing known"
_KNOWN = frozenset((*CONCEPTS, NOTHING_KNOWN))
# The term of a cluster of any words, which no signal has.
ANY_WORDS = "any words"
# Terms that a signal has where it names no subject, and no failure.
NO_SUBJECT, NO_FAILURE = "no subject", "no failure"
# Failures that may be of anything: with a subject of another incident they are not a part of it.
ANYTHING_MAY = frozenset(
    {
        "won't load",
        "crashes",
        "frozen",
        "down",
        "error message",
        "slow",
        "not working",
        "missing",
        "delayed",
        "cancelled",
        "not saving or syncing",
        "search fails",
        "nobody answers",
        "code or email does not come",
    }
)


def with_general(concepts: Collection[str]) -> tuple[str, ...]:
    """The failures among `concepts`, and the general concepts that they or the parts of the service belong to."""
    general = [name for name, narrower in GENERAL.items() if name in concepts or not narrower.isdisjoint(concepts)]
    return (*(name for name in concepts if name not in SUBJECTS), *general)


def is_known(term: str) -> bool:
    """True for a concept or a topic, not for a word."""
    return term in _KNOWN or term.startswith(TOPIC)


def related(one: str, other: str) -> bool:
    """True if people may report one problem by either concept."""
    return any({one, other} <= {name, *narrower} for name, narrower in GENERAL.items())
