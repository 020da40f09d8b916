"""Messages about replies and measures that wait for a person reach who has to act, whether a timer runs or not."""

from collections.abc import Callable

from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.replies import Replies
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.alerts.message import OwnerNews, OwnerTold
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.ids import CaseId, IncidentId, ReplyId, StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.replies.commands import SendBack
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.domain.timeline import CaseActEntry, ReplyQueued, ReplyWithdrawn
from mentiondesk.ports.replies import ReplyKey
from mentiondesk.usecases.incidents.review_post import ReviewPost
from mentiondesk.usecases.incidents.write_post import TypedPost, WritePost
from mentiondesk.usecases.replies.change_reply import ChangeReply
from mentiondesk.usecases.replies.entries import placed
from mentiondesk.values import replace
from tests.support.memory_desk import ANA, BEN, LEA, MemoryDesk, time_of

ON_DUTY = {**LEA, "duty": "always"}


def happens(
    desk: MemoryDesk, case_id: CaseId, kind: Callable[..., CaseActEntry], by: str, at: float, **facts: object
) -> None:
    desk.run(at)
    case = desk.case(case_id)
    place = placed(case, f"reply-{at}", time_of(at), StaffId(by))
    entry = kind(reply_id=ReplyId("r"), **place, **facts)
    desk._desk.cases.save(case_change(case, apply(case, entry, desk.settings.policy), entry))


def said_to(desk: MemoryDesk, staff: str, words: str) -> list[str]:
    return [f"{one.at:%H:%M}" for one in desk.messages if one.staff == staff and words in one.words]


def test_leads_hear_of_a_reply_that_waits_and_its_author_of_one_that_is_sent_back() -> None:
    desk = MemoryDesk([ANA, BEN, ON_DUTY])
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=1)
    happens(desk, case_id, ReplyQueued, "ana", 2, held=True)
    desk.run(4)
    assert said_to(desk, "lea", "waits for another person") == ["12:02"]
    assert said_to(desk, "ana", "waits for another person") == []
    happens(desk, case_id, ReplyWithdrawn, "lea", 5, reason="Not after 30 days", author=StaffId("ana"))
    desk.run(7)
    assert said_to(desk, "ana", "was sent back") == ["12:05"]
    assert said_to(desk, "lea", "was sent back") == said_to(desk, "ben", "was sent back") == []


def test_a_lead_is_not_asked_for_a_yes_to_their_own_and_what_is_not_held_tells_nobody() -> None:
    desk = MemoryDesk([ANA, ON_DUTY])
    case_id = desk.post(0)
    happens(desk, case_id, ReplyQueued, "lea", 2, held=True)
    happens(desk, case_id, ReplyQueued, "ana", 3)
    happens(desk, case_id, ReplyWithdrawn, "ana", 4)
    desk.run(6)
    assert not any("waits for another person" in one.words or "was sent back" in one.words for one in desk.messages)


def post_of(desk: MemoryDesk, at: float) -> Callable[..., Reply]:
    """The press of a person on "Post" of a published incident, with the desk's draft."""
    inner = desk._desk
    found = Incident(IncidentId("i1"), Status.CANDIDATE, "Paying fails", desk.now, desk.now)
    desk.add_incident(found)
    desk.act_on_incident("ben", "publish", found.incident_id, at)
    drafts = Drafts(inner.table, lambda: desk.settings.keep)
    drafts.add(Draft(found.incident_id, Occasion.PUBLISHED, "We know that paying fails.", desk.now))
    replies = Replies(inner.table, lambda: desk.settings.keep, inner.cases)
    review = ReviewPost(inner.incidents, drafts, lambda: desk.settings)
    write = WritePost(replies, inner.incidents, drafts, review, lambda: desk.settings)
    typed = TypedPost(Occasion.PUBLISHED, "We know that paying fails.")
    return lambda by: write(desk._actor(by), found.incident_id, typed, desk.now)


def test_leads_hear_of_a_post_about_an_incident_that_waits_and_its_author_of_one_that_is_sent_back() -> None:
    desk = MemoryDesk([ANA, BEN, ON_DUTY])
    post = post_of(desk, 2)("ana")
    desk.run(4)
    assert said_to(desk, "lea", "waits for another person") == ["12:02"]
    assert said_to(desk, "ana", "waits for another person") == said_to(desk, "ben", "waits for another person") == []
    replies = Replies(desk._desk.table, lambda: desk.settings.keep, desk._desk.cases)
    lead = replace(desk._actor("lea"), rights=frozenset(Action))
    change = ChangeReply(replies, desk._desk.cases, lambda: desk.settings)
    change(lead, ReplyKey(post.subject_id, post.reply_id), SendBack("Name the shop."), "e1", desk.now)
    desk.run(6)
    assert said_to(desk, "ana", "was sent back") == ["12:04"]
    assert said_to(desk, "lea", "was sent back") == []


def test_leads_hear_of_a_post_that_went_out_because_nobody_was_there() -> None:
    desk = MemoryDesk([ANA, BEN, LEA], replies={"approval": {"nobody_on_duty": "release"}})
    assert post_of(desk, 2)("ana").state is ReplyState.COOLING
    desk.run(4)
    assert said_to(desk, "lea", "nobody was on duty to give it") == ["12:02"]


def test_a_measure_that_needs_a_person_tells_who_confirmed_it_though_nobody_waits() -> None:
    desk = MemoryDesk([ANA, ON_DUTY])
    case_id = desk.post(0)
    desk.act("ana", "answered", case_id, at=1)
    strikes = Strikes(desk._desk.table, lambda: desk.settings.keep, lambda: desk.now)
    told = OwnerTold(case_id, desk.now, OwnerNews.MEASURE, StaffId("lea"))
    strikes.save(CustomerRecord(case_id.customer), [told])
    desk.run(4)
    assert len(said_to(desk, "lea", "needs a person in the X app")) == 1
    assert said_to(desk, "ana", "needs a person in the X app") == []
