"""Every promise of the ports, kept by the stores in memory and by those on the table alike."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from infra.settings_file import EXAMPLE, load_settings
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes, from_item, to_attributes
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.classifier_calls import ClassifierCalls
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.settings import SettingsMissing, SettingsVersions, current_settings
from mentiondesk.adapters.storage.table import Query, Refused, Table, Update
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import Claim, Dismiss, MarkAnswered, Resolve
from mentiondesk.domain.cases.fold import apply, fold, new_case, posted
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer, TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, StaffId, UserId, id_at
from mentiondesk.domain.incidents.signals import HourlyCounts
from mentiondesk.domain.posts.budget import Reads
from mentiondesk.domain.posts.cursor import Cursor, Gap, ReadBlock
from mentiondesk.domain.posts.post import Added, Post, Source, Unreadable
from mentiondesk.domain.posts.profile import Profile
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.timeline import CustomerPosted
from mentiondesk.ports.cases import CaseChanged, Classified
from mentiondesk.ports.storage import AlreadyDone, Conflict
from mentiondesk.ports.triage import ClassifierUnavailable
from mentiondesk.settings import form, to_domain
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import desk_settings
from mentiondesk.triage.share import UNKNOWN_SHARE, bin_of, estimated_share
from mentiondesk.usecases.intake.stream_share import StreamShare
from mentiondesk.values import replace
from tests.benchmarks.units import size
from tests.integration.conftest import Desk, DynamoDesk, MemoryDesk, keep
from tests.support.builders import (
    CUSTOMER_ID,
    NOON,
    a_post,
    a_record,
    a_story,
    an_alert,
    an_answer,
    at,
    commanded,
    minutes,
    said,
    settings,
    settings_file,
    tags,
)
from tests.support.examples import example

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

POLICY = settings().policy
ANA = StaffId("ana")
TEXTS = (TextLimit(2, minutes(15)), TextLimit(3, minutes(60)))


@pytest.fixture(scope="module")
def on_the_wire() -> bool:
    return True


def edited(post: Post, text: str, edits: int = 1) -> Post:
    return replace(post, text=text, edits=edits, version_id=PostId(str(int(post.post_id) + edits)))


def change(post: Post, before: Case | None = None, kind: Kind = Kind.COMPLAINT, seen: datetime = NOON) -> Classified:
    """The change that classifying this post makes to the case `before`."""
    tagged = None if post.own else tags(kind)
    entry = posted(post, tagged)
    customer = post.reply_to_user if post.own and post.reply_to_user else post.author_id
    case = before or new_case(CaseId(post.conversation_id, customer), post.created_at)
    return Classified(post, seen, tagged, case_change(before, apply(case, entry, POLICY), entry))


def opened(desk: Desk, minute: float = 0, conversation: str | None = None, **overrides: Any) -> Case:
    """A stored case that a complaint opened so many minutes after noon."""
    post = a_post(created_at=at(minute), **overrides)
    if conversation is not None:
        post = replace(post, conversation_id=ConversationId(conversation))
    desk.posts.add(post)
    assert desk.cases.commit(replace(change(post), earlier=desk.cases.regard(post.author_id).latest))
    return current(desk, CaseId(post.conversation_id, post.author_id))


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
        case_id=CaseId.parse("1#2"),
        kind=Kind.VENT,
    )
    desk.posts.add(post)
    assert desk.restarted().posts.get(post.post_id) == post


def test_recent_posts_are_forgotten_in_time(desk: Desk) -> None:
    posts = Posts(desk.table, keep, most_recent=2)
    many = [a_post(created_at=at(n)) for n in range(4)]
    assert [posts.add(post) for post in (*many, *many)] == [Added.NEW] * 4 + [Added.KNOWN] * 4
    assert len(posts._recent) == 2


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
    assert wanted.case is not None
    case = current(desk, wanted.case.after.case_id)
    assert case == replace(wanted.case.after, version=1)
    assert desk.cases.timeline(case.case_id) == [wanted.case.entry]
    assert desk.posts.get(post.post_id) == replace(post, case_id=case.case_id, kind=Kind.COMPLAINT)
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "complaint": 1}


def test_a_post_is_tagged_once(desk: Desk) -> None:
    desk.posts.add(a_post())
    assert [desk.cases.commit(change(a_post())) for _ in range(2)] == [True, False]
    again = current(desk, CaseId(a_post().conversation_id, CUSTOMER_ID))
    assert desk.cases.commit(change(a_post(), again)) is False
    assert (again.version, desk.counts(CUSTOMER_ID)) == (1, {"posts": 1, "complaint": 1})


def test_a_post_that_is_not_stored_is_not_tagged(desk: Desk) -> None:
    assert desk.cases.commit(change(a_post())) is False
    assert desk.cases.get(CaseId(a_post().conversation_id, CUSTOMER_ID)) is None
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
    claimed = desk.cases.save(commanded(case, Claim(), 1))
    later = a_post(created_at=at(5), conversation_id=case.conversation_id)
    desk.posts.add(later)
    with pytest.raises(CaseChanged) as refused:
        desk.cases.commit(change(later, case))
    assert refused.value.current == claimed
    assert (claimed.owner, claimed.version) == (ANA, 2)
    assert desk.cases.commit(change(later, claimed))
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
    entry = posted(newer, tags(Kind.PRAISE))
    wanted = Classified(newer, at(1), tags(Kind.PRAISE), case_change(case, fold(case.case_id, [entry], POLICY), entry))
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
        case = current(desk, CaseId(post.conversation_id, CUSTOMER_ID))
    assert case is not None
    told = [entry.entry_id for entry in desk.cases.timeline(case.case_id)]
    assert told == [posts[n].post_id for n in (1, 2, 3, 4, 0)]


def test_nothing_is_known_of_a_case_that_is_not_there(desk: Desk) -> None:
    assert desk.cases.get(CaseId.parse("1#2")) is None
    assert desk.cases.timeline(CaseId.parse("1#2")) == []


def test_a_long_timeline_comes_whole(table_desk: DynamoDesk) -> None:
    """More than the megabyte that one query brings."""
    case = CaseId.parse("1#2")
    entries = [replace(said(n), words="w" * 20_000) for n in range(60)]
    for entry in entries:
        table_desk.table.put(Item(keys.timeline(case, entry.at, entry.post_id), entry))
    assert table_desk.cases.timeline(case) == entries


def saved(desk: Desk, before: Case, after: Case) -> Case:
    """The case as it is stored in place of another, with an act that says nothing about it."""
    return desk.cases.save(replace(commanded(opened_case(before), Claim(), 50), before=before, after=after))


def opened_case(case: Case) -> Case:
    return replace(case, state=State.OPEN, owner=None)


def full_case(case: Case) -> Case:
    """A case in which every field says something."""
    alerts = (Due("half_time", at(15)), Due("breach", at(30)))
    return example(
        Case,
        case_id=case.case_id,
        version=case.version,
        opened_at=case.opened_at,
        state=State.RESOLVED,
        closed_at=at(2) + timedelta(microseconds=1),
        reason="spoke “by phone”",
        timers=(
            ReplyTimer(PostId("1"), NOON, at(30), Clock.NEXT_REPLY, (), at(29), TimerOutcome.ANSWERED),
            ReplyTimer(PostId("2"), at(29), at(60), Clock.FOLLOW_UP, alerts),
        ),
        last=(at(29), 2**63, 4),
        words="Wörter 🧵",
        profile=Profile("Pri 🧁", "priya", 12),
        seen_at=at(28.5),
        thanked_at=at(-500),
    )


def test_every_fact_of_a_case_comes_back(desk: Desk) -> None:
    case = opened(desk)
    stored = saved(desk, case, full_case(case))
    assert stored == replace(full_case(case), version=2)
    assert desk.restarted().cases.get(stored.case_id) == stored


def test_an_empty_case_comes_back(desk: Desk) -> None:
    case = opened(desk)
    bare = new_case(case.case_id, NOON)
    assert saved(desk, case, bare) == replace(bare, version=2) == current(desk, case.case_id)


def test_the_case_of_one_complaint_is_written_for_one_unit(desk: Desk) -> None:
    opened(desk, text="My parcel has not arrived, and nobody answers the phone. " * 4)
    (case,) = (item for item in desk.all_items("CASE#") if item.key.sk == keys.CASE)
    assert size(to_attributes(case)) <= 1024


def test_staff_and_posts_do_not_undo_each_other(desk: Desk) -> None:
    case = opened(desk)
    stored = desk.cases.save(commanded(case, Claim(), 1))
    assert (stored.version, current(desk, case.case_id)) == (2, stored)
    with pytest.raises(CaseChanged) as refused:
        desk.cases.save(commanded(case, Dismiss("spam"), 1, by="bob"))
    assert (refused.value.current, current(desk, case.case_id)) == (stored, stored)


def test_an_act_is_kept_once_and_a_second_time_is_known_for_done(desk: Desk) -> None:
    case = opened(desk)
    change_it = commanded(case, MarkAnswered(), 1)
    assert not desk.cases.holds(case.case_id, change_it.entry.entry_id)
    stored = desk.cases.save(change_it)
    for again in (change_it, replace(change_it, before=stored)):
        with pytest.raises(AlreadyDone):
            desk.cases.save(again)
    assert desk.cases.holds(case.case_id, change_it.entry.entry_id)
    assert desk.cases.timeline(case.case_id)[1:] == [change_it.entry]
    assert current(desk, case.case_id) == stored


def test_a_conflict_is_a_changed_case_and_never_an_act_that_was_done(memory: MemoryDesk) -> None:
    case = opened(memory)
    later = a_post(created_at=at(5), conversation_id=case.conversation_id)
    memory.posts.add(later)
    memory.memory.conflict_next()
    with pytest.raises(CaseChanged) as refused:
        memory.cases.commit(change(later, case))
    assert refused.value.current == case
    memory.memory.conflict_next()
    with pytest.raises(CaseChanged) as refused:
        memory.cases.save(commanded(case, Claim(), 1))
    assert refused.value.current == case
    assert memory.cases.timeline(case.case_id)[1:] == []


def test_a_conflict_about_a_post_in_no_case_is_left_to_the_stream(memory: MemoryDesk) -> None:
    post = a_post("We open at nine", own=True, source=Source.OWN)
    memory.posts.add(post)
    memory.memory.conflict_next()
    with pytest.raises(Conflict):
        memory.cases.commit(Classified(post, NOON))
    assert memory.unclassified() == [post]


@pytest.fixture
def memory() -> MemoryDesk:
    return MemoryDesk()


def test_saving_a_case_that_is_gone(desk: Desk) -> None:
    with pytest.raises(CaseChanged) as refused:
        desk.cases.save(commanded(replace(a_story(said(0)), version=4), Claim(), 1))
    assert refused.value.current is None


def waiting(table: Table, state: State) -> list[Item]:
    shards = (Query(keys.queue(state, number), keys.WAITING) for number in range(keys.SHARDS))
    return [item for shard in shards for item in table.query(shard)]


def test_who_waits_stands_in_the_queue(desk: Desk) -> None:
    case, other = opened(desk), opened(desk, 1)
    desk.cases.save(commanded(other, Dismiss("spam"), 2))
    (found,) = waiting(desk.table, State.OPEN)
    assert found.key.pk == keys.case(case.case_id).pk
    assert (found.value(keys.ANSWER_BY, datetime), str(found.get("kind"))) == (at(60), "complaint")


SILENT = settings(targets={"resolve_after": "14d"}).policy


def test_cases_whose_customers_are_silent_are_found_in_time(desk: Desk) -> None:
    case, other = opened(desk), opened(desk, 1)
    answer = commanded(case, MarkAnswered(), 2, policy=SILENT)
    desk.cases.save(answer)
    desk.cases.save(commanded(other, MarkAnswered(), 2))
    days = 14 * 24 * 60
    assert desk.cases.silent(at(1 + days), 10) == []
    assert desk.cases.silent(at(2 + days), 10) == [case.case_id]
    assert desk.cases.silent(at(2 + days), 0) == []
    desk.cases.save(commanded(current(desk, case.case_id), Resolve("done"), 3, policy=SILENT))
    assert desk.cases.silent(at(2 + days), 10) == []


def test_everything_kept_expires(table_desk: DynamoDesk) -> None:
    case = opened(table_desk)
    table_desk.alerts.record([a_record(an_alert(subject_id=case.case_id))])
    table_desk.alerts.take_text_slot(ANA, NOON, TEXTS)
    table_desk.cursors.count_reads(NOON, Source.OWN, 1)
    table_desk.posts.set_aside(Unreadable("{}", "cannot read id"), NOON)
    expiries = {item[keys.PK]["S"].partition("#")[0]: item.get(keys.EXPIRES) for item in table_desk.items("")}
    assert expiries.keys() == {"ARRIVALS", "POST", "CASE", "CUSTOMER", "READS", "STAFF", "ASIDE"}
    assert all(value and int(value["N"]) > NOON.timestamp() for value in expiries.values())


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
    assert desk.cursors.reads(NOON) == Reads(earlier=0, today=17, own_today=7)
    assert desk.cursors.reads(tomorrow) == Reads(earlier=17, today=100)


def test_months_are_counted_apart(desk: Desk) -> None:
    last = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    desk.cursors.count_reads(last, Source.OWN, 1)
    desk.cursors.count_reads(last + timedelta(seconds=1), Source.OWN, 10)
    months = (last - timedelta(days=40), last, last + timedelta(days=5))
    assert [desk.cursors.reads(month).month for month in months] == [0, 1, 10]


def test_the_budget_of_a_day_is_raised_for_that_day(desk: Desk) -> None:
    desk.cursors.raise_today(NOON, 500)
    desk.cursors.raise_today(NOON, 100)
    assert desk.cursors.reads(NOON) == Reads(raised=600, raised_today=600)
    assert desk.cursors.reads(NOON + timedelta(days=1)) == Reads(raised=600)


def test_a_look_at_all_open_cases_is_noted(desk: Desk) -> None:
    assert desk.cursors.looked_again_at() is None
    desk.cursors.note_looked_again(NOON)
    assert desk.restarted().cursors.looked_again_at() == NOON


# --- what is gone


def test_a_forgotten_post_says_nothing_and_feeds_no_stream_until_x_shows_it_again(desk: Desk) -> None:
    post = a_post()
    desk.posts.add(post)
    desk.posts.forget(post.post_id, at(5))
    found = desk.posts.get(post.post_id)
    assert found is not None
    assert (found.text, found.gone_at) == ("", at(5))
    assert desk.unclassified() == []
    assert desk.restarted().posts.add(replace(post, seen_at=at(9))) is Added.EDITED
    assert [(one.text, one.gone_at) for one in desk.unclassified()] == [(post.text, None)]


def test_forgetting_what_is_not_there_changes_nothing(desk: Desk) -> None:
    desk.posts.forget(a_post().post_id, NOON)
    desk.incidents.forget(IncidentId("none"), a_post().post_id)
    desk.signals.forget(NOON, a_post().post_id)
    assert desk.posts.get(a_post().post_id) is None


def test_the_latest_case_of_a_customer_is_found(desk: Desk) -> None:
    post = a_post()
    assert desk.cases.latest_of(post.author_id) is None
    desk.posts.add(post)
    wanted = change(post)
    desk.cases.commit(wanted)
    assert wanted.case is not None
    found = desk.cases.latest_of(post.author_id)
    assert found is not None
    assert found.case_id == wanted.case.after.case_id
    assert desk.cases.open(10) == [found.case_id]
    assert desk.cases.idle(NOON - timedelta(days=1), NOON + timedelta(days=1), 10) == []


# --- second opinions --------------------------------------------------------------------------------------


def test_no_more_opinions_are_taken_than_a_day_has(desk: Desk) -> None:
    assert [desk.opinions.take(NOON, 2) for _ in range(3)] == [True, True, False]
    assert desk.opinions.take(NOON, 3)
    assert desk.opinions.take(NOON + timedelta(days=1), 1)
    assert not desk.opinions.take(NOON + timedelta(days=2), 0)


def test_a_table_that_does_not_count_opinions_gives_none(db: "DynamoDBClient") -> None:
    with pytest.raises(ClassifierUnavailable, match="does not count"):
        ClassifierCalls(DynamoTable(db, "gone")).take(NOON, 5)


# --- settings ---------------------------------------------------------------------------------------------


def test_settings_by_version(table: Table) -> None:
    store = SettingsVersions(table)
    with pytest.raises(SettingsMissing, match="make settings"):
        store.load()
    first, second = settings_file(zone="Europe/Berlin"), settings_file(zone="Asia/Tokyo")
    assert [store.store(one, NOON) for one in (first, second)] == [1, 2]
    assert SettingsVersions(table).load() == desk_settings(second)
    kept = [item.get("settings") for version in (1, 2) if (item := table.get(keys.settings(version)))]
    assert kept == [first.model_dump_json(), second.model_dump_json()]


def test_stored_settings_are_read_without_checking_them_again(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    for written in (settings_file(zone="Europe/Berlin"), load_settings(Path(EXAMPLE))):
        SettingsVersions(table).store(written, NOON)
        with monkeypatch.context() as patched:
            patched.delattr(to_domain, "parse_settings")
            assert SettingsVersions(table).load() == desk_settings(written)


def test_settings_stored_by_another_version_are_checked_by_this_one(table: Table) -> None:
    SettingsVersions(table).store(settings_file(zone="Asia/Tokyo"), NOON)
    for change in ({"form": "of another version", "checked": "other"}, {"form": None, "checked": None}):
        table.update(Update(keys.settings(), change))
        assert SettingsVersions(table).load().zone == "Asia/Tokyo"


def test_settings_of_another_version_s_form_are_renewed(table: Table) -> None:
    store = SettingsVersions(table)
    version = store.store(settings_file(zone="Asia/Tokyo"), NOON)
    assert not store.renew()
    table.update(Update(keys.settings(), {"form": "of another version", "checked": "other"}))
    assert store.renew()
    item = table.get(keys.settings())
    assert item is not None
    assert (item.get("form"), item.value("version", int)) == (form.form(), version)
    assert store.load().zone == "Asia/Tokyo"
    assert not store.renew()


def test_a_layer_names_the_form_of_its_code(tmp_path: Path) -> None:
    built = tmp_path / "mentiondesk"
    shutil.copytree(Path(form.__file__).parents[1], built, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "mentiondesk.settings.form"], cwd=tmp_path, env={}, check=True)
    assert (built / "settings" / form.FORM_FILE.name).read_text(encoding="ascii") == form.digest()


def test_settings_are_looked_up_once_a_minute(table: Table) -> None:
    now = NOON
    store, current = SettingsVersions(table), current_settings(table, lambda: now)
    store.store(settings_file(zone="UTC"), NOON)
    assert current().zone == "UTC"
    store.store(settings_file(zone="Asia/Tokyo"), NOON)
    now += timedelta(seconds=59.9)
    assert current().zone == "UTC"
    now += timedelta(seconds=0.2)
    assert current().zone == "Asia/Tokyo"


def test_settings_stored_meanwhile_are_not_written_over(table: Table) -> None:
    store = SettingsVersions(table)

    class Meanwhile:
        def __getattr__(self, name: str) -> Any:
            return getattr(table, name)

        def transact(self, parts: Any) -> None:
            store.store(settings_file(zone="Asia/Tokyo"), NOON)
            table.transact(parts)

    with pytest.raises(Refused):
        SettingsVersions(cast(Table, Meanwhile())).store(settings_file(), NOON)
    assert store.load().zone == "Asia/Tokyo"


def test_stored_settings_that_no_longer_fit(table: Table) -> None:
    table.put(Item(keys.settings(), None, {"settings": '{"brand": {}}', "version": 1}))
    with pytest.raises(SettingsInvalid, match="staff: this key is missing"):
        SettingsVersions(table).load()


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
    item = from_attributes(to_attributes(Item(keys.Key("a", "b"), value)))
    assert item.read(type(value)) == value


def test_an_older_table_may_hold_more() -> None:
    item = to_attributes(Item(keys.Key("a", "b"), said(0), {"mood": "sunny"}))
    assert from_item(CustomerPosted, item) == said(0)


def test_counts_of_scores_add_up_over_the_last_weeks(desk: Desk) -> None:
    assert desk.scores.load(NOON) == {}
    for weeks, counts in ((9, {3: 100}), (1, {3: 2, 19: 1}), (0, {3: 1}), (0, {0: 5})):
        desk.scores.add(counts, NOON - timedelta(weeks=weeks))
    assert desk.scores.load(NOON) == {0: 5, 3: 3, 19: 1}


def test_the_share_of_complaints_is_the_stream_s_own(desk: Desk) -> None:
    clock = [NOON]

    def share() -> StreamShare:
        return StreamShare(desk.scores, estimated_share, bin_of, lambda: clock[0])

    assert share()() == UNKNOWN_SHARE
    one, other = share(), share()
    for number in range(1500):
        (one, other)[number % 2].heard(0.9 if number % 10 == 0 else 0.05)
        clock[0] += timedelta(seconds=5)
    assert one() < 0.2
    assert sum(desk.scores.load(clock[0]).values()) > 1400
