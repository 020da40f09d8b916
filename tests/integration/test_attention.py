"""Attention grows while a complaint waits: by reposts that X counts later, and by customers who join."""

from typing import Any

from mentiondesk.adapters.storage.stores.threads import Threads
from mentiondesk.domain.ids import CaseId, ConversationId, UserId
from mentiondesk.domain.posts.profile import Draw
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.strikes.record import Standing
from mentiondesk.domain.timeline import AttentionGrew
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.note_joining import NoteJoining
from tests.integration.conftest import Desk
from tests.support.builders import BRAND_ID, a_post, at, settings, tags
from tests.support.memory_desk import MemoryDesk, ReadingDesk

LOST = "@FennelAndFinch order 7731 never came, awful service"


def test_reposts_that_come_later_raise_the_complaint() -> None:
    with ReadingDesk() as desk:
        post_id = desk.x.post(author_id="42", text=LOST, at=at(-5))
        case_id = CaseId(ConversationId(post_id), UserId("42"))
        desk.run(6)
        assert desk.case(case_id).urgency is Urgency.NORMAL
        for number in range(14):
            desk.x.post(author_id=f"6{number}", reposts=post_id, at=at(6))
        desk.run(26)
        case = desk.case(case_id)
        assert (case.urgency, case.attention[0].draw, case.attention[0].count) == (Urgency.HIGH, Draw.PILE_ON, 14)
        assert case.reach == 1400
        grown = [one for one in desk.case_store.timeline(case_id) if isinstance(one, AttentionGrew)]
        assert len(grown) == 1, "the same counts are no news"
        assert any("14 reposts, quotes and replies" in one.words for one in desk.messages)


class Thread:
    """A conversation on both kinds of stores, begun by a customer or by the brand."""

    def __init__(self, desk: Desk, *, own: bool = False, struck: str = "", **reach: Any) -> None:
        current = lambda: settings(reach=reach)  # noqa: E731
        joining = NoteJoining(Threads(desk.table), desk.posts, ChangeCase(desk.cases, current), current)
        standing = lambda customer, _: Standing(struck=customer == struck)  # noqa: E731
        self.desk = desk
        self._classify = ClassifyMention(
            desk.posts, desk.cases, lambda post: tags(Kind(post.text)), current, standing=standing, joining=joining
        )
        author = BRAND_ID if own else UserId("1")
        self.root = a_post("complaint", author_id=author, own=own)
        self.hear(self.root)

    def hear(self, post: Any) -> None:
        self.desk.posts.add(post)
        self._classify(post, post.created_at)

    def join(self, minute: float, customer: str, kind: Kind = Kind.COMPLAINT) -> None:
        post = a_post(
            str(kind),
            created_at=at(minute),
            author_id=UserId(customer),
            conversation_id=self.root.conversation_id,
            replied_to=self.root.post_id,
        )
        self.hear(post)

    def urgency(self, customer: str = "1") -> Urgency:
        case = self.desk.cases.get(CaseId(self.root.conversation_id, UserId(customer)))
        assert case is not None
        return case.urgency


def test_four_people_who_join_raise_the_complaint_that_they_join(desk: Desk) -> None:
    thread = Thread(desk)
    for number in range(3):
        thread.join(number + 1, f"9{number}")
    assert thread.urgency() is Urgency.NORMAL
    thread.join(5, "99")
    assert thread.urgency() is Urgency.HIGH
    assert thread.urgency("99") is Urgency.NORMAL, "those who join are not urgent themselves"


def test_one_who_writes_again_praise_and_questions_are_nobody_more(desk: Desk) -> None:
    thread = Thread(desk)
    for minute in range(1, 9):
        thread.join(minute, "90")
    thread.join(10, "91", Kind.PRAISE)
    thread.join(11, "92", Kind.QUESTION)
    thread.join(12, "1")
    assert thread.urgency() is Urgency.NORMAL


def test_known_haters_and_those_with_strikes_raise_nothing(desk: Desk) -> None:
    thread = Thread(desk, thread=2, known_haters=["90"], struck="91")
    for number in range(3):
        thread.join(number + 1, f"9{number}")
    assert thread.urgency() is Urgency.NORMAL
    thread.join(5, "93")
    assert thread.urgency() is Urgency.HIGH


def test_a_conversation_under_the_brand_s_own_post_raises_nobody(desk: Desk) -> None:
    thread = Thread(desk, own=True, thread=2)
    for number in range(5):
        thread.join(number + 1, f"9{number}")
    assert thread.urgency("90") is Urgency.NORMAL


def test_where_the_beginning_is_not_known_the_first_who_wrote_is_raised(desk: Desk) -> None:
    thread = Thread(desk, thread=2)
    thread.root = a_post("complaint", post_id="5", conversation_id="5")
    for number in range(3):
        thread.join(number + 20, f"9{number}")
    assert (thread.urgency("90"), thread.urgency("91")) == (Urgency.HIGH, Urgency.NORMAL)


def test_messages_say_how_many_joined() -> None:
    desk = MemoryDesk()
    first = desk.post(0)
    for number in range(4):
        desk.post(number + 1, customer=f"9{number}", case=first)
    desk.run(31)
    assert any("4 other customers complain in this conversation" in one.words for one in desk.messages)


def test_a_message_about_several_customers_says_why_one_is_urgent() -> None:
    desk = MemoryDesk()
    first = desk.post(0)
    for number in range(4):
        desk.post(number + 1, customer=f"9{number}", case=first)
    desk.post(2, customer="70")
    desk.run(180)
    several = [one.words for one in desk.messages if one.channel == "email" and "customers" in one.words]
    assert any("other customers complain in this conversation" in words for words in several)
