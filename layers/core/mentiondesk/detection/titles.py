"""Titles as a status page has them: a component and its failure, in the project's own words and never in customers'.

They are in the language of the status page.
"""

from collections.abc import Mapping, Sequence
from math import log

from mentiondesk.detection.baseline import Expectation
from mentiondesk.detection.concepts import CONCEPTS, FAILURES, VAGUE
from mentiondesk.detection.matching import by_term, distinct_reporters
from mentiondesk.detection.title_words import TRANSLATED, TitleWords
from mentiondesk.domain.incidents.signals import Signal

_FAILS: Mapping[str, str] = {
    "cannot log in": "signing in fails",
    "payment fails": "payments fail",
    "paid, not recognised": "paid features are missing",
    "charged wrongly": "wrong charges",
    "hacked": "accounts used by others",
    "personal data shown": "data shown to other people",
    "crashes": "crashes",
    "no sound": "no sound",
    "won't play": "playback fails",
    "won't load": "not loading",
    "frozen": "not responding",
    "down": "not available",
    "no connection": "no connection",
    "no power": "supply interrupted",
    "no water": "no water",
    "water leak": "water leak",
    "code or email does not come": "codes and emails do not arrive",
    "cancelled": "cancellations",
    "strike": "disruption by a strike",
    "delayed": "delays",
    "not delivered": "deliveries do not arrive",
    "missing": "content is missing",
    "not saving or syncing": "saving and syncing fail",
    "search fails": "search fails",
    "error message": "errors",
    "slow": "slow",
    "nobody answers": "support cannot be reached",
    "makes people ill": "reports of illness",
    "closed": "closed",
    "wrong price": "wrong prices",
    "not working": "not working",
}
_SUBJECTS: Mapping[str, str] = {
    "signing in": "Accounts",
    "delivery": "Deliveries",
    "the connection": "Connection",
    "travel": "Travel",
    "paying": "Payments",
    "premises": "Branches",
    "prices": "Prices",
    "the water": "Water",
    "food": "Food",
    "playback": "Playback",
}
_ENGLISH = TitleWords(_FAILS, _SUBJECTS, "many complaints")


def failure_of(members: Sequence[Signal], expectation: Expectation) -> str:
    """The failure that tells the members apart from the baseline best; a vague one only if there is no other.

    Empty if the members share none.
    """
    reporters = distinct_reporters(members)
    least = max(2, len(reporters) * expectation.thresholds.title_share)
    weights = {
        failure: len(having) * log(max(len(having) / len(reporters) / expectation.share(failure), 1.0))
        for failure, having in by_term(reporters).items()
        if failure in FAILURES and len(having) >= least
    }
    exact = [failure for failure in weights if failure not in VAGUE] or list(weights)
    return min(exact, key=lambda failure: (-weights[failure], CONCEPTS.index(failure)), default="")


def title(failure: str, subject: str, component: str = "", language: str = "en") -> str:
    """The title of a failure of `component`, the name of a part of the status page, else of the subject."""
    words = TRANSLATED.get(language, _ENGLISH)
    what = words.failures.get(failure, words.unknown)
    part = component or words.subjects.get(subject, "")
    return f"{part}: {what}" if part and what.casefold() != part.casefold() else what[:1].upper() + what[1:]
