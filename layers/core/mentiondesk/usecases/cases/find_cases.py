"""Cases by a number exactly, and open cases by words."""

import re
from datetime import datetime

from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.waiting import WaitingCase
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId
from mentiondesk.ports.desk import WaitingStore
from mentiondesk.ports.posts import PostStore
from mentiondesk.usecases.cases.list_waiting import SCANNED

_CASE = re.compile(r"(\d{1,20})[-#](\d{1,20})")
_NUMBER = re.compile(r"\d{1,20}")
_POST = re.compile(r"(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/\w{1,20}/status/(\d{1,20})\S*", re.IGNORECASE)


class FindCases:
    """Searches for staff. The table has no index of words: these are looked for in the open cases."""

    def __init__(self, waiting: WaitingStore, posts: PostStore) -> None:
        self._waiting = waiting
        self._posts = posts

    def exactly(self, asked: str) -> CaseId | None:
        """The case with this number, or that holds the post with this number or address on X."""
        found = _CASE.fullmatch(asked)
        if found:
            return CaseId(ConversationId(found[1]), UserId(found[2]))
        address = _POST.fullmatch(asked)
        number = address[1] if address else asked
        post = self._posts.get(PostId(number)) if _NUMBER.fullmatch(number) else None
        return post.case_id if post else None

    def __call__(self, asked: str, now: datetime, brand: str = "") -> list[WaitingCase]:
        """The open cases of this short number, customer or @handle, or whose last words or topics hold each word.

        Of the open cases, the 500 with the earliest deadlines are looked at.
        """
        words = asked.casefold().split()
        rows = self._waiting.scan(None, SCANNED).rows
        found = self._waiting.cases([row.case_id for row in rows], now)
        named = [one for one in found.values() if asked.casefold() in _names(one, brand)]
        return named or [one for one in found.values() if _holds(one, words)]


def _names(one: WaitingCase, brand: str) -> set[str]:
    """The exact names of a case: its short number, and its customer's number and @handle."""
    case = one.case
    handle = {f"@{case.profile.handle}".casefold()} if case.profile else set()
    return {case_number(case.case_id, brand).casefold(), case.customer_id, *handle}


def _holds(one: WaitingCase, words: list[str]) -> bool:
    case = one.case
    text = " ".join((case.customer_id, case.words, *case.topics, str(case.kind), str(case.urgency))).casefold()
    return all(word in text for word in words)
