"""Posts of one batch end as they do one by one, in fewer requests, and hold each other up in nothing."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from mentiondesk.adapters.storage.held_table import HeldTable, needed_for
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Tags
from mentiondesk.usecases.intake.classify_batch import ClassifyBatch
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import Desk, MemoryDesk, keep
from tests.support.builders import a_post, an_answer, at, settings, tags
from tests.support.counted import Counted


def triage(post: Post) -> Tags:
    """Tags by the kind that the text begins with."""
    if post.text.startswith("poison"):
        raise ZeroDivisionError
    return tags(Kind(post.text.partition(":")[0]))


def batch(
    desk: Desk, cases: Cases | None = None, table: HeldTable | None = None, warned: list[str] | None = None
) -> ClassifyBatch:
    stored, found = cases or Cases(desk.table, keep), settings()

    def ahead(posts: Sequence[Post]) -> AbstractContextManager[None]:
        assert table is not None
        return table.held(needed_for(posts))

    classify = ClassifyMention(Posts(table, keep) if table else desk.posts, stored, triage, lambda: found)
    warn = (lambda *_, **__: None) if warned is None else lambda text, **_: warned.append(text)
    return ClassifyBatch(classify, stored, warn, ahead) if table else ClassifyBatch(classify, stored, warn)


def customers(count: int, text: str = "complaint: it is broken") -> list[Post]:
    return [a_post(text, created_at=at(n), author_id=UserId(f"{3000 + n}")) for n in range(count)]


def stored(desk: Desk, posts: Sequence[Post]) -> list[Post]:
    for post in posts:
        desk.posts.add(post)
    return list(posts)


def the_case(desk: Desk, post: Post) -> Case | None:
    return desk.cases.get(CaseId(post.conversation_id, post.author_id))


def test_customers_who_have_nothing_in_common_share_transactions_and_reads(desk: Desk) -> None:
    posts = stored(desk, customers(40))
    counted: Any = Counted(desk.table)
    table = HeldTable(counted)
    assert batch(desk, Cases(table, keep), table)(posts, at(60)) == {}
    assert all(the_case(desk, post) for post in posts)
    # One for all that is read, and a transaction for each hundred parts.
    assert counted.requests <= 1 + 4


FIRST, SECOND = customers(2)
ANSWER = an_answer(FIRST, "Sorry to hear that!", created_at=at(5))
MORE = a_post(
    "chatter: still waiting",
    created_at=at(20),
    author_id=FIRST.author_id,
    conversation_id=FIRST.conversation_id,
    replied_to=ANSWER.post_id,
)
ANEW = a_post("praise: lovely", created_at=at(30), author_id=FIRST.author_id)
JOINS = a_post(
    "complaint: me too",
    created_at=at(31),
    author_id=UserId("4000"),
    conversation_id=FIRST.conversation_id,
    replied_to=FIRST.post_id,
)
STORY = (FIRST, SECOND, ANSWER, MORE, ANEW, JOINS)


def test_posts_that_belong_together_end_as_they_do_one_by_one(desk: Desk) -> None:
    def told() -> list[Any]:
        cases = [case for post in STORY if not post.own and (case := the_case(desk, post))]
        assert len(cases) == len(STORY) - 1
        return [(replace(one, version=0), desk.cases.timeline(one.case_id)) for one in cases]

    for post in stored(desk, STORY):
        assert batch(desk)([post], at(60)) == {}
    expected, counts = told(), desk.counts(FIRST.author_id)
    for order in (STORY, STORY[::-1], (*STORY[3:], *STORY[:3])):
        desk = desk.emptied()
        table = HeldTable(desk.table)
        stored(desk, STORY)
        assert batch(desk, Cases(table, keep), table)(order, at(60)) == {}
        assert (told(), desk.counts(FIRST.author_id)) == (expected, counts)


def test_a_batch_that_is_delivered_again_changes_nothing(desk: Desk) -> None:
    posts = stored(desk, customers(3))
    assert batch(desk)(posts[:2], at(60)) == {}
    before = [the_case(desk, post) for post in posts[:2]]
    assert batch(desk)(posts, at(61)) == {}
    assert [the_case(desk, post) for post in posts[:2]] == before
    assert desk.counts(posts[0].author_id) == {"posts": 1, "complaint": 1}
    assert the_case(desk, posts[2]) is not None


def test_a_post_that_fails_holds_up_no_other(desk: Desk) -> None:
    good, more = customers(2)
    bad = a_post("poison", created_at=at(9), author_id=UserId("9"))
    failures = batch(desk)(stored(desk, [good, bad, more]), at(60))
    assert {number: type(failure) for number, failure in failures.items()} == {1: ZeroDivisionError}
    assert the_case(desk, good)
    assert the_case(desk, more)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_posts_that_meet_another_write_are_written_by_themselves(times: int) -> None:
    desk = MemoryDesk()
    posts = stored(desk, customers(5))
    desk.memory.conflict_next(times)
    assert batch(desk)(posts, at(60)) == {}
    assert all(the_case(desk, post) for post in posts)


def test_a_case_that_changed_since_it_was_read_is_read_again(desk: Desk) -> None:
    table = HeldTable(desk.table)
    stored(desk, [FIRST, MORE])
    assert batch(desk)([FIRST], at(60)) == {}
    stored(desk, [ANSWER])

    class Late(Cases):
        """Cases in which the brand's answer comes while the batch is worked on."""

        def commit_each(self, changes: Any) -> Any:
            assert batch(desk)([ANSWER], at(60)) == {}
            return super().commit_each(changes)

    assert batch(desk, Late(table, keep), table)([MORE], at(61)) == {}
    case = the_case(desk, FIRST)
    assert case is not None
    assert (case.posts, case.first_answer_at) == (3, ANSWER.created_at)


def test_a_write_for_several_that_fails_is_told_and_each_is_written_by_itself(desk: Desk) -> None:
    class Broken(Cases):
        def commit_each(self, changes: Any) -> Any:
            del changes
            raise ZeroDivisionError

    posts, warned = stored(desk, customers(3)), list[str]()
    assert batch(desk, Broken(desk.table, keep), warned=warned)(posts, at(60)) == {}
    assert warned == ["posts not written together"]
    assert all(the_case(desk, post) for post in posts)
