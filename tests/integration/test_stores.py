"""Every promise of the ports, kept by the stores in memory and by those on the table alike."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.batches import TableBusy
from mentiondesk.adapters.storage.dynamo_alerts import DynamoAlerts
from mentiondesk.adapters.storage.dynamo_opinions import DynamoOpinions
from mentiondesk.adapters.storage.dynamo_settings import DynamoSettings, SettingsMissing
from mentiondesk.adapters.storage.items import fact, plain, python, values
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case, Entry, Leg, StaffOutcome, State, entry_of, extend, new_case, retell
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, StaffId, UserId, case_id, id_at
from mentiondesk.domain.incidents.signals import HourlyCounts
from mentiondesk.domain.posts.cursor import Cursor, Gap, ReadBlock
from mentiondesk.domain.posts.post import Added, Post, Source, Unreadable
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.ports.cases import CaseChanged, Classified
from mentiondesk.ports.triage import ClassifierUnavailable
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import desk_settings
from tests.integration.conftest import TABLE, Desk, DynamoDesk, keep
from tests.support.builders import (
    CUSTOMER_ID,
    NOON,
    a_post,
    a_record,
    a_story,
    an_alert,
    an_answer,
    at,
    minutes,
    said,
    settings,
    settings_file,
    tags,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

POLICY = settings().policy
ANA = StaffId("ana")
TEXTS = (TextLimit(2, minutes(15)), TextLimit(3, minutes(60)))


def edited(post: Post, text: str, edits: int = 1) -> Post:
    return replace(post, text=text, edits=edits, version_id=PostId(str(int(post.post_id) + edits)))


def change(post: Post, before: Case | None = None, kind: Kind = Kind.COMPLAINT, seen: datetime = NOON) -> Classified:
    """The change that classifying this post makes to the case `before`."""
    tagged = None if post.own else tags(kind)
    entry = entry_of(post, tagged)
    customer = post.reply_to_user if post.own and post.reply_to_user else post.author_id
    told = extend(before or new_case(post.conversation_id, customer, post.created_at), entry, POLICY)
    return Classified(post, seen, tagged, before, told, entry)


def opened(desk: Desk, minute: float = 0, conversation: str | None = None, **overrides: Any) -> Case:
    """A stored case that a complaint opened so many minutes after noon."""
    post = a_post(created_at=at(minute), **overrides)
    if conversation is not None:
        post = replace(post, conversation_id=ConversationId(conversation))
    desk.posts.add(post)
    assert desk.cases.commit(change(post))
    return current(desk, case_id(post.conversation_id, post.author_id))


def current(desk: Desk, case: CaseId) -> Case:
    found = desk.cases.get(case)
    assert found is not None
    return found


# --- posts ------------------------------------------------------------------------------------------------


def test_second_add_is_known(desk: Desk) -> None:
    assert [desk.posts.add(a_post()) for _ in range(3)] == [Added.NEW, Added.KNOWN, Added.KNOWN]
    assert desk.all_posts() == [a_post()]


def test_known_to_a_fresh_store(desk: Desk) -> None:
    desk.posts.add(a_post())
    assert desk.restarted().posts.add(a_post()) is Added.KNOWN


def test_first_text_and_first_sight_stay(desk: Desk) -> None:
    desk.posts.add(a_post("first"))
    desk.posts.add(a_post("second", seen_at=at(5)))
    assert desk.posts.get(a_post().post_id) == a_post("first")


def test_newer_text_replaces_the_older(desk: Desk) -> None:
    post = a_post("It is brokn")
    newer = replace(edited(post, "It is broken, see picture"), media=True, language="de", seen_at=at(5))
    assert desk.posts.add(post) is Added.NEW
    assert desk.posts.add(newer) is Added.EDITED
    assert desk.posts.get(post.post_id) == replace(newer, seen_at=post.seen_at)


@pytest.mark.parametrize("fresh", [False, True])
def test_older_text_never_comes_back(desk: Desk, fresh: bool) -> None:
    post = a_post("one")
    desk.posts.add(post)
    assert desk.posts.add(edited(post, "three", 2)) is Added.EDITED
    posts = desk.restarted().posts if fresh else desk.posts
    assert [posts.add(edited(post, "two", 1)), posts.add(post)] == [Added.KNOWN, Added.KNOWN]
    assert cast(Post, posts.get(post.post_id)).text == "three"
    assert posts.add(edited(post, "four", 3)) is Added.EDITED


def test_post_first_seen_edited(desk: Desk) -> None:
    post = edited(a_post(), "already mended")
    assert [desk.posts.add(post), desk.posts.add(a_post())] == [Added.NEW, Added.KNOWN]
    assert desk.posts.get(post.post_id) == post


@pytest.mark.parametrize("fresh", [False, True])
def test_each_later_day_is_charged_once(desk: Desk, fresh: bool) -> None:
    """Reads overlap, so on a quiet day the last posts of the day before are read every minute."""

    def read_again(hours: float) -> Added:
        posts = desk.restarted().posts if fresh else desk.posts
        return posts.add(a_post(seen_at=NOON + timedelta(hours=hours)))

    desk.posts.add(a_post())
    first_minute = 12
    assert read_again(11.99) is Added.KNOWN
    assert [read_again(first_minute + n / 60) for n in range(3)] == [Added.KNOWN_EARLIER_DAY, Added.KNOWN, Added.KNOWN]
    assert [read_again(first_minute + 24 + n) for n in range(2)] == [Added.KNOWN_EARLIER_DAY, Added.KNOWN]
    assert cast(Post, desk.posts.get(a_post().post_id)).seen_at == NOON


def test_an_edit_on_a_later_day_is_charged_once(desk: Desk) -> None:
    tomorrow = NOON + timedelta(days=1)
    newer = replace(edited(a_post(), "new words"), seen_at=tomorrow)
    desk.posts.add(a_post())
    assert desk.posts.add(newer) is Added.EDITED
    assert desk.restarted().posts.add(newer) is Added.KNOWN


def test_a_post_nobody_stored(desk: Desk) -> None:
    assert desk.posts.get(PostId("404")) is None


def test_every_fact_of_a_post_comes_back(desk: Desk) -> None:
    post = a_post(
        "Füße 👩‍👩‍👧 & <b>\n\x00 'quoted' \"twice\" \ufffd",
        author_id=UserId("18446744073709551615"),
        edits=5,
        replied_to=PostId("1"),
        reply_to_user=UserId("2"),
        quoted=PostId("3"),
        language="zxx",
        media=True,
        source=Source.SEARCH,
        own=True,
        created_at=datetime(2026, 2, 28, 23, 59, 59, 999000, UTC),
        case_id=CaseId("1#2"),
        kind=Kind.VENT,
    )
    desk.posts.add(post)
    assert desk.restarted().posts.get(post.post_id) == post


def test_recent_posts_are_forgotten_in_time(table_desk: DynamoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentiondesk.adapters.storage.dynamo_posts._MOST_RECENT", 2)
    many = [a_post(created_at=at(n)) for n in range(4)]
    assert [table_desk.posts.add(post) for post in (*many, *many)] == [Added.NEW] * 4 + [Added.KNOWN] * 4
    assert len(cast(Any, table_desk.posts)._recent) == 2


def test_two_readers_store_an_edit_once(table_desk: DynamoDesk) -> None:
    """The other reader comes between the refused put and the update."""
    post, newer = a_post(), edited(a_post(), "newer")
    table_desk.posts.add(post)
    slow, fast = table_desk.restarted().posts, table_desk.restarted().posts
    renew = cast(Any, slow)._renew
    cast(Any, slow)._renew = lambda found: (fast.add(newer), renew(found))[1]
    assert slow.add(newer) is Added.KNOWN


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_what_is_unreadable_is_kept(desk: Desk, size: int) -> None:
    desk.posts.set_aside(Unreadable("{" * size, "cannot read id"), NOON)
    desk.posts.set_aside(Unreadable("[1]", "cannot read post"), NOON)
    assert sorted(desk.aside()) == ["cannot read id", "cannot read post"]


def test_the_same_unreadable_thing_is_kept_once_a_day(table_desk: DynamoDesk) -> None:
    for day in (0, 0, 1):
        table_desk.posts.set_aside(Unreadable("{}", "cannot read id"), NOON + timedelta(days=day))
    assert len(table_desk.aside()) == 2


def test_the_stream_sees_what_is_to_be_classified(desk: Desk) -> None:
    post = a_post()
    desk.posts.add(post)
    assert desk.unclassified() == [post]
    desk.cases.commit(change(post))
    assert desk.unclassified() == []
    desk.posts.add(edited(post, "new words"))
    assert [found.text for found in desk.unclassified()] == ["new words"]


def test_reading_a_classified_post_again_does_not_feed_the_stream(desk: Desk) -> None:
    desk.posts.add(a_post())
    desk.cases.commit(change(a_post()))
    desk.restarted().posts.add(a_post(seen_at=NOON + timedelta(days=1)))
    assert desk.unclassified() == []


# --- one classified post ----------------------------------------------------------------------------------


def test_a_classified_post_tells_its_case(desk: Desk) -> None:
    post = a_post()
    desk.posts.add(post)
    wanted = change(post)
    assert desk.cases.commit(wanted)
    assert wanted.after is not None
    case = current(desk, wanted.after.case_id)
    assert case == replace(wanted.after, version=1)
    assert desk.cases.timeline(case.case_id) == [wanted.entry]
    assert desk.posts.get(post.post_id) == replace(post, case_id=case.case_id, kind=Kind.COMPLAINT)
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "complaint": 1}


def test_a_post_is_tagged_once(desk: Desk) -> None:
    desk.posts.add(a_post())
    assert [desk.cases.commit(change(a_post())) for _ in range(2)] == [True, False]
    again = current(desk, case_id(a_post().conversation_id, CUSTOMER_ID))
    assert desk.cases.commit(change(a_post(), again)) is False
    assert (again.version, desk.counts(CUSTOMER_ID)) == (1, {"posts": 1, "complaint": 1})


def test_a_post_that_is_not_stored_is_not_tagged(desk: Desk) -> None:
    assert desk.cases.commit(change(a_post())) is False
    assert desk.cases.get(case_id(a_post().conversation_id, CUSTOMER_ID)) is None
    assert desk.posts.get(a_post().post_id) is None
    assert desk.counts(CUSTOMER_ID) == {}


def test_a_case_that_exists_is_not_opened_again(desk: Desk) -> None:
    case = opened(desk)
    later = a_post(created_at=at(5), conversation_id=case.conversation_id)
    desk.posts.add(later)
    with pytest.raises(CaseChanged) as refused:
        desk.cases.commit(change(later))
    assert refused.value.current == case
    assert desk.unclassified() == [later]
    assert (current(desk, case.case_id), desk.counts(CUSTOMER_ID)["posts"]) == (case, 1)
    assert len(desk.cases.timeline(case.case_id)) == 1


def test_a_case_that_has_moved_on_is_not_written_over(desk: Desk) -> None:
    case = opened(desk)
    desk.cases.save(replace(case, owner=ANA))
    later = a_post(created_at=at(5), conversation_id=case.conversation_id)
    desk.posts.add(later)
    with pytest.raises(CaseChanged) as refused:
        desk.cases.commit(change(later, case))
    assert refused.value.current == replace(case, owner=ANA, version=2)
    assert desk.cases.commit(change(later, refused.value.current))
    assert current(desk, case.case_id).owner == ANA


def test_a_case_that_is_gone_is_not_changed(desk: Desk) -> None:
    case = a_story(said(0))
    post = a_post(conversation_id=case.conversation_id)
    desk.posts.add(post)
    with pytest.raises(CaseChanged) as refused:
        desk.cases.commit(change(post, replace(case, version=3)))
    assert refused.value.current is None
    assert desk.cases.get(case.case_id) is None


def test_text_that_was_replaced_meanwhile_is_not_tagged(desk: Desk) -> None:
    post = a_post()
    desk.posts.add(post)
    desk.posts.add(edited(post, "newer"))
    assert desk.cases.commit(change(post)) is False
    assert [found.text for found in desk.unclassified()] == ["newer"]


def test_new_text_is_tagged_again_and_counted_once(desk: Desk) -> None:
    case = opened(desk)
    desk.posts.add(edited(a_post(), "thank you all"))
    (newer,) = desk.unclassified()
    entry = entry_of(newer, tags(Kind.PRAISE))
    told = retell(case, [entry], POLICY)
    wanted = Classified(newer, at(1), tags(Kind.PRAISE), case, told, entry)
    assert [desk.cases.commit(wanted), desk.cases.commit(wanted)] == [True, False]
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "praise": 1}
    assert desk.cases.timeline(case.case_id) == [entry]
    stored = cast(Post, desk.posts.get(newer.post_id))
    assert (stored.kind, stored.case_id, stored.edits) == (Kind.PRAISE, case.case_id, 1)


def test_new_text_of_the_same_kind_leaves_the_counts(desk: Desk) -> None:
    case = opened(desk)
    desk.posts.add(edited(a_post(), "still broken"))
    (newer,) = desk.unclassified()
    assert desk.cases.commit(change(newer, case))
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "complaint": 1}


def test_an_own_post_in_no_case(desk: Desk) -> None:
    post = a_post("We open at nine", own=True, source=Source.OWN)
    desk.posts.add(post)
    assert [desk.cases.commit(Classified(post, NOON)) for _ in range(2)] == [True, False]
    assert (desk.posts.get(post.post_id), desk.counts(post.author_id)) == (post, {})
    assert desk.unclassified() == []


def test_an_own_post_counts_for_nobody(desk: Desk) -> None:
    case = opened(desk)
    answer = an_answer(a_post())
    desk.posts.add(answer)
    assert desk.cases.commit(change(answer, case))
    assert (desk.counts(answer.author_id), desk.counts(CUSTOMER_ID)["posts"]) == ({}, 1)
    assert current(desk, case.case_id).state is State.PENDING
    assert cast(Post, desk.posts.get(answer.post_id)).case_id == case.case_id


def test_customers_are_counted_apart(desk: Desk) -> None:
    opened(desk)
    opened(desk, 1, author_id=UserId("77"))
    assert desk.counts(CUSTOMER_ID) == desk.counts(UserId("77")) == {"posts": 1, "complaint": 1}


def test_the_timeline_is_in_the_order_of_the_posts(desk: Desk) -> None:
    """Also for two posts of one millisecond, and for ids of another length."""
    seconds = [600, 0, 30, 30, 59.999]
    posts = [
        a_post(created_at=NOON + timedelta(seconds=s), post_id=PostId(str(10**n + n)), conversation_id="1")
        for n, s in enumerate(seconds)
    ]
    case: Case | None = None
    for post in posts:
        desk.posts.add(post)
        assert desk.cases.commit(change(post, case))
        case = current(desk, case_id(post.conversation_id, CUSTOMER_ID))
    assert case is not None
    told = [entry.post_id for entry in desk.cases.timeline(case.case_id)]
    assert told == [posts[n].post_id for n in (1, 2, 3, 4, 0)]


def test_nothing_is_known_of_a_case_that_is_not_there(desk: Desk) -> None:
    assert desk.cases.get(CaseId("1#2")) is None
    assert desk.cases.timeline(CaseId("1#2")) == []


def test_a_long_timeline_comes_whole(table_desk: DynamoDesk, db: "DynamoDBClient") -> None:
    """More than the megabyte that one query brings."""
    case = CaseId("1#2")
    entries = [replace(said(n), words="w" * 20_000) for n in range(60)]
    for entry in entries:
        db.put_item(TableName=TABLE, Item=values(plain(entry) | keys.timeline(case, entry.at, entry.post_id)))
    assert table_desk.cases.timeline(case) == entries


def full_case(desk: Desk) -> Case:
    """A stored case in which every field says something."""
    case = replace(
        opened(desk),
        state=State.RESOLVED,
        kind=Kind.ABUSE,
        urgency=Urgency.CRITICAL,
        topics=("delivery", "refund"),
        language="de",
        leg=Leg.PRIVATE,
        owner=ANA,
        claimed_at=at(1),
        closed_at=at(2) + timedelta(microseconds=1),
        reason="spoke “by phone”",
        wait=ReplyTimer(
            PostId("1"), NOON, at(30), Clock.NEXT_REPLY, (Due("half_time", at(15)), Due("breach", at(30))), at(29)
        ),
        due_at=at(15),
        alerted_until=at(14),
        attempts=3,
        breaches=2,
        asked_at=NOON,
        first_answer_at=at(3),
        posts=7,
        last_post=(at(29), 2**63),
        incident_id=IncidentId("i-1"),
        settled=(StaffOutcome(at(1), (at(0), 1), State.PENDING, "by phone"),),
        post_id=PostId("9"),
        words="Wörter 🧵",
        why=("broken", "again"),
        said_at=at(28),
        seen_at=at(28.5),
    )
    assert all(getattr(case, name) not in (None, "", ()) for name in Case.__dataclass_fields__)
    return case


def test_every_fact_of_a_case_comes_back(desk: Desk) -> None:
    saved = desk.cases.save(full_case(desk))
    assert desk.restarted().cases.get(saved.case_id) == saved


def test_an_empty_case_comes_back(desk: Desk) -> None:
    case = opened(desk)
    bare = replace(new_case(case.conversation_id, case.customer_id, NOON), version=case.version)
    assert desk.cases.save(bare) == replace(bare, version=2) == current(desk, case.case_id)


def test_staff_and_posts_do_not_undo_each_other(desk: Desk) -> None:
    case = opened(desk)
    saved = desk.cases.save(replace(case, owner=ANA))
    assert (saved.version, current(desk, case.case_id)) == (2, saved)
    with pytest.raises(CaseChanged) as refused:
        desk.cases.save(case.close(State.DISMISSED, "spam", at(1)))
    assert (refused.value.current, current(desk, case.case_id)) == (saved, saved)


def test_saving_a_case_that_is_gone(desk: Desk) -> None:
    with pytest.raises(CaseChanged) as refused:
        desk.cases.save(replace(a_story(said(0)), version=4))
    assert refused.value.current is None


def test_a_conflict_of_transactions_is_a_changed_case(table_desk: DynamoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(table_desk)
    later = a_post(created_at=at(5), conversation_id=case.conversation_id)
    table_desk.posts.add(later)
    with pytest.raises(CaseChanged) as refused:
        _cancelled(table_desk, monkeypatch, "TransactionConflict").commit(change(later, case))
    assert refused.value.current == case


def test_any_other_failure_of_a_transaction_is_raised(table_desk: DynamoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    table_desk.posts.add(a_post())
    with pytest.raises(ClientError, match="TransactionCanceled"):
        _cancelled(table_desk, monkeypatch, "ThrottlingError").commit(change(a_post()))


def _cancelled(desk: DynamoDesk, monkeypatch: pytest.MonkeyPatch, code: str) -> Any:
    """The cases, on a table that cancels transactions because of the case."""
    db = desk._db
    reasons = [{"Code": "None"}, {"Code": code}, {"Code": "None"}, {"Code": "None"}]
    answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}

    def cancel(**_: object) -> None:
        raise db.exceptions.TransactionCanceledException(answer, "TransactWriteItems")

    monkeypatch.setattr(db, "transact_write_items", cancel)
    return desk.cases


def test_who_waits_stands_in_the_queue(table_desk: DynamoDesk, db: "DynamoDBClient") -> None:
    case, other = opened(table_desk), opened(table_desk, 1)
    table_desk.cases.save(other.close(State.DISMISSED, "spam", at(2)))
    found = [
        python(item)
        for number in range(keys.SHARDS)
        for item in db.query(
            TableName=TABLE,
            IndexName=keys.QUEUE_INDEX,
            KeyConditionExpression="#queue = :queue",
            ExpressionAttributeNames={"#queue": keys.QUEUE},
            ExpressionAttributeValues=values({":queue": keys.queue(State.OPEN, number)}),
        )["Items"]
    ]
    assert [item[keys.PK] for item in found] == [keys.case(case.case_id)[keys.PK]]
    assert (found[0][keys.ANSWER_BY], found[0]["kind"]) == (keys.stamp(at(60)), "complaint")


def test_everything_kept_expires(table_desk: DynamoDesk) -> None:
    case = opened(table_desk)
    table_desk.alerts.record([a_record(an_alert(matter_id=case.case_id))])
    table_desk.alerts.take_text_slot(ANA, NOON, TEXTS)
    table_desk.cursors.count_reads(NOON, Source.OWN, 1)
    table_desk.posts.set_aside(Unreadable("{}", "cannot read id"), NOON)
    expiries = {item[keys.PK]["S"].partition("#")[0]: item.get(keys.EXPIRES) for item in table_desk.items("")}
    assert expiries.keys() == {"POST", "CASE", "CUSTOMER", "READS", "STAFF", "ASIDE"}
    assert all(value and int(value["N"]) > NOON.timestamp() for value in expiries.values())


# --- due, leases, marks -----------------------------------------------------------------------------------

UNTIL = at(32)


def test_due_when_its_first_stage_is(desk: Desk) -> None:
    case = opened(desk)
    assert case.due_at == at(30)
    assert list(desk.alerts.due(at(30) - timedelta(microseconds=1), 10)) == []
    assert list(desk.alerts.due(at(30), 10)) == [case.case_id]


def test_those_due_first_stand_in_front(desk: Desk) -> None:
    """Over all shards, whatever the limit."""
    order = [7, 2, 9, 0, 5, 1, 8, 3, 6, 4, 11, 10]
    cases = {minute: opened(desk, minute).case_id for minute in order}
    assert len({keys.shard(case) for case in cases.values()}) > 1
    expected = [cases[minute] for minute in sorted(order)]
    assert list(desk.alerts.due(at(100), 50)) == expected
    assert list(desk.alerts.due(at(100), 5)) == expected[:5]
    assert list(desk.alerts.due(at(33), 50)) == expected[:4]


def test_a_lease_hides_its_case(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    assert (lease.matter, lease.until, lease.ledger) == (replace(case, due_at=UNTIL, version=2), UNTIL, ())
    assert lease.matter == current(desk, case.case_id)
    assert list(desk.alerts.due(at(31.9), 10)) == []
    assert list(desk.alerts.due(UNTIL, 10)) == [case.case_id]


def test_of_two_leases_one_is_given(desk: Desk) -> None:
    case = opened(desk)
    leases = [desk.restarted().alerts.lease(case.case_id, at(30), UNTIL) for _ in range(2)]
    assert [lease is not None for lease in leases] == [True, False]


def test_a_case_that_is_not_due_is_not_leased(desk: Desk) -> None:
    case = opened(desk)
    assert desk.alerts.lease(case.case_id, at(29), at(31)) is None
    assert desk.alerts.lease(CaseId("1#2"), at(29), at(31)) is None
    assert current(desk, case.case_id) == case


def test_an_answered_case_is_not_due(desk: Desk) -> None:
    case = opened(desk)
    answer = an_answer(a_post())
    desk.posts.add(answer)
    desk.cases.commit(change(answer, case))
    assert list(desk.alerts.due(at(1000), 10)) == []
    assert desk.alerts.lease(case.case_id, at(1000), at(1002)) is None


def test_done_moves_a_case_to_its_next_stage(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    desk.alerts.done(lease, at(30), at(45), 2)
    marked = current(desk, case.case_id)
    assert (marked.due_at, marked.alerted_until, marked.attempts) == (at(45), at(30), 2)
    assert marked == replace(case, due_at=at(45), alerted_until=at(30), attempts=2, version=3)
    assert list(desk.alerts.due(at(44), 10)) == []
    assert list(desk.alerts.due(at(45), 10)) == [case.case_id]


def test_done_for_good(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    desk.alerts.done(lease, at(30), None, 0)
    assert current(desk, case.case_id).due_at is None
    assert list(desk.alerts.due(at(10_000), 10)) == []
    assert desk.alerts.lease(case.case_id, at(10_000), at(10_002)) is None


def test_done_without_a_mark_keeps_the_last_one(desk: Desk) -> None:
    case = opened(desk)
    for now, mark in ((at(30), at(30)), (at(45), None)):
        lease = desk.alerts.lease(case.case_id, now, now + minutes(2))
        assert lease is not None
        desk.alerts.done(lease, mark, at(45), 1)
    assert current(desk, case.case_id).alerted_until == at(30)


def test_a_case_that_is_due_no_more_falls_due_with_its_next_wait(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    desk.alerts.done(lease, at(30), None, 0)
    case = current(desk, case.case_id)
    desk.cases.save(replace(case, due_at=at(50)))
    assert list(desk.alerts.due(at(50), 10)) == [case.case_id]


def test_an_answer_during_a_lease_wins(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    answer = an_answer(a_post())
    desk.posts.add(answer)
    assert desk.cases.commit(change(answer, cast(Case, lease.matter)))
    answered = current(desk, case.case_id)
    desk.alerts.done(lease, at(30), at(45), 3)
    assert current(desk, case.case_id) == answered
    assert (answered.due_at, answered.waiting) == (None, False)
    assert list(desk.alerts.due(at(1000), 10)) == []


def test_a_claim_during_a_lease_stays(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    with pytest.raises(CaseChanged) as refused:
        desk.cases.save(case.claim(ANA, at(31)))
    leased = refused.value.current
    assert leased is not None
    desk.cases.save(leased.claim(ANA, at(31)))
    desk.alerts.done(lease, at(30), at(45), 0)
    assert (current(desk, case.case_id).owner, current(desk, case.case_id).due_at) == (ANA, at(45))


def test_a_lease_that_ran_out_marks_nothing(desk: Desk) -> None:
    case = opened(desk)
    late = desk.alerts.lease(case.case_id, at(30), UNTIL)
    other = desk.alerts.lease(case.case_id, at(33), at(35))
    assert late is not None
    assert other is not None
    desk.alerts.done(late, at(30), None, 4)
    assert current(desk, case.case_id) == other.matter
    desk.alerts.done(other, at(33), at(45), 0)
    assert current(desk, case.case_id).due_at == at(45)


def test_an_answered_case_with_a_new_wait_is_not_marked_by_an_old_lease(desk: Desk) -> None:
    case = opened(desk)
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    again = desk.cases.save(replace(cast(Case, lease.matter), due_at=at(80)))
    desk.alerts.done(lease, at(30), at(45), 1)
    assert current(desk, case.case_id) == again


# --- the ledger -------------------------------------------------------------------------------------------


def test_a_lease_brings_the_ledger_of_its_wait(desk: Desk) -> None:
    case = opened(desk)
    alert = an_alert("half_time", matter_id=case.case_id)
    records = [a_record(alert), a_record(replace(alert, channel=Channel.TEXT), Outcome.HELD, until=at(40))]
    elsewhere = [
        a_record(replace(alert, since=at(-5))),
        a_record(replace(alert, matter_id=CaseId(f"{case.case_id}0"))),
    ]
    desk.alerts.record([*records, *elsewhere])
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    assert sorted(lease.ledger, key=lambda r: r.alert.channel) == records


def test_the_ledger_keeps_the_latest_outcome(desk: Desk) -> None:
    case = opened(desk)
    alert = an_alert(matter_id=case.case_id)
    desk.alerts.record([a_record(alert, Outcome.HELD), a_record(alert, Outcome.FAILED, detail="email to ana: Down")])
    desk.alerts.record([a_record(alert, Outcome.SENT, message_id="m-1")])
    assert desk.ledger(case.case_id) == [a_record(alert, Outcome.SENT, message_id="m-1")]


def test_every_fact_of_a_record_comes_back(desk: Desk) -> None:
    case = opened(desk)
    alert = an_alert(matter_id=case.case_id, channel=Channel.TEXT, due_at=at(30.001))
    record = Record(alert, Outcome.FAILED, at(31), Channel.EMAIL, "id-é", "text to ana: Down", at(40), digest=True)
    desk.alerts.record([record])
    assert desk.ledger(case.case_id) == [record]


def test_no_records_are_no_write(desk: Desk) -> None:
    desk.alerts.record([])


@pytest.mark.parametrize("count", [25, 26, 60])
def test_records_beyond_one_batch(desk: Desk, count: int) -> None:
    case = opened(desk)
    alerts = [an_alert(matter_id=case.case_id, staff_id=f"s{number:03}") for number in range(count)]
    desk.alerts.record([a_record(alert) for alert in alerts])
    lease = desk.alerts.lease(case.case_id, at(30), UNTIL)
    assert lease is not None
    assert sorted(record.alert.staff_id for record in lease.ledger) == [alert.staff_id for alert in alerts]


def test_records_the_table_did_not_take_are_sent_again(
    table_desk: DynamoDesk, db: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(table_desk)
    write, asked = db.batch_write_item, list[int]()

    def busy(RequestItems: Any) -> Any:  # noqa: N803
        """Takes all but two of what it is given."""
        (batch,) = RequestItems.values()
        asked.append(len(batch))
        write(RequestItems={TABLE: batch[:-2] or batch})
        return {"UnprocessedItems": {TABLE: batch[-2:]} if batch[:-2] else {}}

    monkeypatch.setattr(db, "batch_write_item", busy)
    table_desk.alerts.record([a_record(an_alert(matter_id=case.case_id, staff_id=f"s{n}")) for n in range(30)])
    assert asked == [25, 2, 5, 2]
    assert len(table_desk.ledger(case.case_id)) == 30


def test_a_table_that_takes_nothing_fails_the_run(
    table_desk: DynamoDesk, db: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def refuse(RequestItems: object) -> Any:  # noqa: N803
        calls.append(RequestItems)
        return {"UnprocessedItems": RequestItems}

    monkeypatch.setattr(db, "batch_write_item", refuse)
    with pytest.raises(TableBusy):
        table_desk.alerts.record([a_record(an_alert())])
    assert len(calls) == 5


# --- texts a person can take ------------------------------------------------------------------------------


def texts(desk: Desk, *seconds: float, staff: StaffId = ANA) -> list[bool]:
    return [desk.alerts.take_text_slot(staff, NOON + timedelta(seconds=s), TEXTS) for s in seconds]


def test_texts_up_to_each_limit(desk: Desk) -> None:
    """Two in a quarter of an hour, three in an hour."""
    assert texts(desk, 0, 0, 1, 899, 900, 901, 3599) == [True, True, False, False, True, False, False]
    assert texts(desk, 3600, 3601, 3602) == [True, True, False]


def test_a_text_not_sent_does_not_count(desk: Desk) -> None:
    assert texts(desk, 0, 1, 2, 3, 4, 5, 900) == [True, True, False, False, False, False, True]


def test_everybody_has_their_own_limit(desk: Desk) -> None:
    assert texts(desk, 0, 1, 2) == [True, True, False]
    assert texts(desk, 2, 3, 4, staff=StaffId("ben")) == [True, True, False]


def test_texts_are_remembered_by_the_table(desk: Desk) -> None:
    assert texts(desk, 0, 1) == [True, True]
    assert texts(desk.restarted(), 2) == [False]


class Meanwhile:
    """A client to which something happens after each of its first reads."""

    def __init__(self, db: "DynamoDBClient", happenings: Sequence[Callable[[], object]]) -> None:
        self._db = db
        self._happenings: Iterator[Callable[[], object]] = iter(happenings)

    def get_item(self, **arguments: Any) -> Any:
        found = self._db.get_item(**arguments)
        next(self._happenings, lambda: None)()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


@pytest.mark.parametrize(("others", "ours"), [(1, True), (2, False)])
def test_texts_counted_at_once(table_desk: DynamoDesk, db: "DynamoDBClient", others: int, ours: bool) -> None:
    """Another notifier counts between our look and our write; no text goes uncounted."""
    happenings = [lambda: texts(table_desk, 0)] * others
    slow = DynamoAlerts(cast(Any, Meanwhile(db, happenings)), TABLE, keep)
    assert slow.take_text_slot(ANA, NOON, TEXTS) is ours
    assert texts(table_desk, 0) == [False]


def test_no_text_while_the_count_cannot_be_written(table_desk: DynamoDesk, db: "DynamoDBClient") -> None:
    roomy = (TextLimit(100, minutes(15)),)
    other = table_desk.alerts
    busy = DynamoAlerts(cast(Any, Meanwhile(db, [lambda: other.take_text_slot(ANA, NOON, roomy)] * 50)), TABLE, keep)
    assert busy.take_text_slot(ANA, NOON, roomy) is False


# --- cursors and counts -----------------------------------------------------------------------------------


def test_every_fact_of_a_cursor_comes_back(desk: Desk) -> None:
    cursor = Cursor(
        Source.MENTIONS,
        newest=id_at(NOON),
        gap=Gap(id_at(at(-9)), id_at(at(3))),
        swept_at=at(1),
        obstacle=ReadBlock.DAY_LIMITED,
        not_before=at(2) + timedelta(microseconds=1),
        credentials="v-1",
        version=0,
    )
    bare = Cursor(Source.OWN)
    assert (desk.cursors.save(cursor), desk.cursors.save(bare)) == (True, True)
    assert desk.restarted().cursors.load() == {
        Source.MENTIONS: replace(cursor, version=1),
        Source.OWN: replace(bare, version=1),
    }


def test_no_cursors_at_first(desk: Desk) -> None:
    assert desk.cursors.load() == {}


def test_a_cursor_moves_from_where_it_was(desk: Desk) -> None:
    first = Cursor(Source.SEARCH, newest=PostId("10"))
    assert desk.cursors.save(first)
    assert desk.cursors.save(replace(first, newest=PostId("20"), version=1))
    assert desk.cursors.load()[Source.SEARCH] == Cursor(Source.SEARCH, newest=PostId("20"), version=2)


@pytest.mark.parametrize("version", [0, 2])
def test_a_cursor_that_another_run_moved_stays(desk: Desk, version: int) -> None:
    desk.cursors.save(Cursor(Source.SEARCH, newest=PostId("10")))
    assert not desk.cursors.save(Cursor(Source.SEARCH, newest=PostId("5"), version=version))
    assert desk.cursors.load()[Source.SEARCH].newest == PostId("10")


def test_a_gap_that_was_filled_is_gone(desk: Desk) -> None:
    cursor = Cursor(Source.OWN, gap=Gap(PostId("1"), PostId("2")), obstacle=ReadBlock.RATE_LIMITED, not_before=NOON)
    desk.cursors.save(cursor)
    desk.cursors.save(Cursor(Source.OWN, version=1))
    assert desk.cursors.load()[Source.OWN] == Cursor(Source.OWN, version=2)


def test_reads_are_counted_by_day_and_source(desk: Desk) -> None:
    tomorrow = NOON + timedelta(days=1)
    for now, source, posts in (
        (NOON, Source.OWN, 3),
        (NOON, Source.OWN, 4),
        (NOON, Source.SEARCH, 10),
        (tomorrow, Source.MENTIONS, 100),
    ):
        desk.cursors.count_reads(now, source, posts)
    assert desk.reads(NOON) == {Source.OWN: 7, Source.SEARCH: 10}
    assert desk.reads(tomorrow) == {Source.MENTIONS: 100}
    assert desk.cursors.reads_in_month("2026-06") == 117


def test_months_are_counted_apart(desk: Desk) -> None:
    last = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    desk.cursors.count_reads(last, Source.OWN, 1)
    desk.cursors.count_reads(last + timedelta(seconds=1), Source.OWN, 10)
    assert [desk.cursors.reads_in_month(month) for month in ("2026-05", "2026-06", "2026-07")] == [0, 1, 10]


# --- second opinions --------------------------------------------------------------------------------------


def test_no_more_opinions_are_taken_than_a_day_has(desk: Desk) -> None:
    assert [desk.opinions.take(NOON, 2) for _ in range(3)] == [True, True, False]
    assert desk.opinions.take(NOON, 3)
    assert desk.opinions.take(NOON + timedelta(days=1), 1)
    assert not desk.opinions.take(NOON + timedelta(days=2), 0)


def test_a_table_that_does_not_count_opinions_gives_none(db: "DynamoDBClient") -> None:
    with pytest.raises(ClassifierUnavailable, match="does not count"):
        DynamoOpinions(db, "gone").take(NOON, 5)


# --- settings ---------------------------------------------------------------------------------------------


def test_settings_by_version(db: "DynamoDBClient") -> None:
    store = DynamoSettings(db, TABLE)
    with pytest.raises(SettingsMissing, match="make settings"):
        store()
    first, second = settings_file(zone="Europe/Berlin"), settings_file(zone="Asia/Tokyo")
    assert [store.store(one, NOON) for one in (first, second)] == [1, 2]
    assert DynamoSettings(db, TABLE)() == desk_settings(second)
    kept = [
        python(db.get_item(TableName=TABLE, Key=values(keys.settings(version)))["Item"])["settings"]
        for version in (1, 2)
    ]
    assert kept == [first.model_dump_json(), second.model_dump_json()]


def test_settings_are_looked_up_once_a_minute(db: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1000.0
    monkeypatch.setattr("mentiondesk.adapters.storage.dynamo_settings.time.monotonic", lambda: clock)
    store = DynamoSettings(db, TABLE)
    store.store(settings_file(zone="UTC"), NOON)
    assert store().zone == "UTC"
    store.store(settings_file(zone="Asia/Tokyo"), NOON)
    clock += 59.9
    assert store().zone == "UTC"
    clock += 0.2
    assert store().zone == "Asia/Tokyo"


def test_settings_stored_meanwhile_are_not_written_over(db: "DynamoDBClient") -> None:
    store = DynamoSettings(db, TABLE)
    other = [lambda: store.store(settings_file(zone="Asia/Tokyo"), NOON)]
    with pytest.raises(ClientError, match="TransactionCanceled"):
        DynamoSettings(cast(Any, Meanwhile(db, other)), TABLE).store(settings_file(), NOON)
    assert DynamoSettings(db, TABLE)().zone == "Asia/Tokyo"


def test_stored_settings_that_no_longer_fit(db: "DynamoDBClient") -> None:
    db.put_item(TableName=TABLE, Item=values(keys.settings() | {"settings": '{"brand": {}}', "version": 1}))
    with pytest.raises(SettingsInvalid, match="staff: this key is missing"):
        DynamoSettings(db, TABLE)()


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        said(0, urgency=Urgency.HIGH, topics=("a", "b"), why=("broken",), seen_at=at(1)),
        HourlyCounts(hours=0.333333333333, reporters=-0.1, terms={"lid": 1e-9}),
        Cursor(Source.OWN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_survive_the_table(value: object) -> None:
    assert fact(type(value), values(plain(value))) == value


def test_an_older_table_may_hold_more() -> None:
    assert fact(Entry, values({**plain(said(0)), "mood": "sunny", "pk": "CASE#1"})) == said(0)
