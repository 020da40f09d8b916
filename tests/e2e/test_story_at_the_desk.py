"""A short day in the story's format, played as `make run` does: colleagues answer over HTTP, from the desk."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.local.desk import LocalDesk, VirtualClock
from infra.local.story import load_story
from infra.settings_file import load_settings
from mentiondesk.domain.alerts.messages import MessageKind
from mentiondesk.domain.replies.reply import Refusal, Reply, ReplyState

ROOT = Path(__file__).parents[2]
DAY = """
brand: {id: "1000000001", username: FennelAndFinch, name: "Fennel & Finch", words: ["fennel and finch"]}
people:
  rosa: {id: "2001", username: rosa, name: Rosa}
  toby: {id: "2002", username: toby, name: Toby}
  jess: {id: "2003", username: jess, name: Jess}
  lena: {id: "2004", username: lena, name: Lena}
  holly: {id: "2005", username: holly, name: Holly}
posts:
  - {at: "12:00:10", by: rosa, key: mill, text: "@FennelAndFinch what time does Mill Lane close tonight?"}
  - {at: "12:00:20", by: toby, key: refund, text: "@FennelAndFinch I sent the bread bin back, still no refund. When?"}
  - {at: "12:00:30", by: jess, key: mugs, text: "@FennelAndFinch two of the six mugs arrived broken"}
  - {at: "12:00:40", by: lena, key: order, text: "@FennelAndFinch wrong cups again, order FF-550192, ring me"}
  - {at: "12:00:50", by: holly, key: bare, text: "fennel and finch have sent me the wrong filter papers"}
  - {at: "12:02:00", by: ana, to: mill, key: s-mill, text: "Mill Lane is open until 18:30 tonight."}
  - {at: "12:02:00", by: ben, to: refund, key: s-refund, text: "Sorry, Toby! The refund goes out today."}
  - {at: "12:02:30", by: shop, to: bare, key: s-bare, text: "Sorry, Holly! DM us your order number? ^Mo"}
  - {at: "12:03:00", by: ana, to: mugs, key: s-mugs, way: x_dm, text: "Sorry, Jess! Could you DM us your order number?"}
  - {at: "12:04:00", by: ana, to: order, key: s-order, way: x_dm, text: "Sorry, Lena! Please send that by DM instead."}
  - {at: "12:04:10", delete: order}
  - {at: "12:04:20", by: rosa, to: s-mill, key: thanks, text: "lovely, thank you"}
  - {at: "12:08:00", by: ana, to: mugs, again: true, key: s-mugs2, text: "Jess, two new mugs are on the way. All well?"}
  - {at: "12:10:00", by: jess, to: s-mugs2, key: well, text: "they are, thanks!"}
staff:
  - {at: "12:04:00", by: mo, does: approve_replies}
  - {at: "12:07:00", by: ana, case: mugs, does: solved_in_private, typed: {how: by_us}}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalDesk]:
    monkeypatch.chdir(ROOT)
    (tmp_path / "day.yaml").write_text(DAY, encoding="utf-8")
    story = load_story(tmp_path / "day.yaml")
    clock = VirtualClock(story.begins)
    settings, x = load_settings(Path("infra/settings.example.yaml")), story.empty(clock.now)
    happens = story.happens(x, [person.id for person in settings.staff])
    with LocalDesk(x, clock, settings, happens) as found:
        yield found


def minutes(desk: LocalDesk, number: int) -> None:
    desk.run(until=desk.clock.now() + timedelta(minutes=number))


def reply_to(desk: LocalDesk, words: str) -> list[Reply]:
    """The desk's replies to the customer who began with this, oldest first."""
    (case,) = [one for one in desk.cases() if words in (one.first_words or one.words)]
    return sorted((one for one in desk.replies() if one.subject_id == case.case_id), key=lambda one: one.made_at)


def test_colleagues_answer_at_the_desk_and_the_summary_counts_what_they_did(desk: LocalDesk) -> None:
    minutes(desk, 13)
    counted = desk.audit().replies
    assert (counted.sent, counted.approved, counted.followed_up, counted.refused) == (4, 1, 1, 1)
    assert (counted.by_hand, counted.waiting, counted.twice, counted.differ) == (1, 0, 0, 0)
    assert "4 replies went out from the desk: 1 of them approved by another person" in counted.summary
    assert desk.audit().agrees
    assert not any(function.failures for function in desk.cloud.functions.values())
    # The desk signs; a person has nothing to type for it.
    assert next(post.typed for post in desk.x.sent if "18:30" in post.typed).endswith(" ^AR")
    # A customer who answers a reply has it as the parent, as on X.
    assert [post.typed for post in desk.x.delivered if post.reply_to in {sent.id for sent in desk.x.sent}] == [
        "lovely, thank you",
        "they are, thanks!",
    ]
    (held,) = reply_to(desk, "bread bin")
    assert (held.author, held.approved_by, held.state) == ("ben", "mo", ReplyState.SENT)
    (refused,) = reply_to(desk, "wrong cups")
    assert refused.refusal is Refusal.GONE
    assert [one.follow_up for one in reply_to(desk, "mugs")] == [False, True]


def test_a_visitor_who_is_first_has_answered_and_is_answered(desk: LocalDesk) -> None:
    minutes(desk, 2)
    (case,) = [one for one in desk.cases() if "Mill Lane" in one.words]
    desk.colleague("mo").answer(case.case_id, "Until half past six tonight!")
    minutes(desk, 4)
    assert [one.author for one in reply_to(desk, "Mill Lane")] == ["mo"]
    (asked,) = [post.id for post in desk.x.sent if "half past six" in post.typed]
    assert any(post.reply_to == asked and "lovely" in post.typed for post in desk.x.delivered)


def test_after_the_day_a_reply_goes_out_at_the_pace_of_life(desk: LocalDesk) -> None:
    minutes(desk, 2)
    (case,) = [one for one in desk.cases() if "Mill Lane" in one.words]
    desk.colleague("ana").answer(case.case_id, "Until half past six tonight!")
    (code,) = desk.goes_on(timedelta(seconds=9))
    assert code.kind == MessageKind.SIGN_IN
    assert desk.x.sent == []
    for _ in range(52):
        desk.goes_on(timedelta(seconds=1))
    assert [post.typed for post in desk.x.sent] == ["Until half past six tonight! ^AR"]


def test_a_colleague_whom_a_visitor_plays_does_nothing_by_themselves(desk: LocalDesk) -> None:
    desk.played = {"ana"}
    minutes(desk, 5)
    assert {one.author for one in desk.replies()} == {"ben"}


def test_a_paused_day_stands_still_and_lets_a_visitors_reply_go_out(desk: LocalDesk) -> None:
    minutes(desk, 2)
    paused_at = desk.clock.now()
    for _ in range(3):
        desk.stands(timedelta(seconds=1))
    assert desk.clock.now() == paused_at
    (case,) = [one for one in desk.cases() if "Mill Lane" in one.words]
    desk.colleague("ana").answer(case.case_id, "Until half past six tonight!")
    passed = sum(desk.x.sent == [] and desk.stands(timedelta(seconds=1)) is not None for _ in range(90))
    assert [post.typed for post in desk.x.sent] == ["Until half past six tonight! ^AR"]
    assert 10 <= passed < 75
    went_out_at = desk.clock.now()
    desk.stands(timedelta(seconds=1))
    assert desk.clock.now() == went_out_at
    # The day goes on from there, minute by minute.
    desk.minute()
    assert desk.clock.now().second == 0
    assert desk.clock.now() > went_out_at


def test_a_day_without_a_post_is_not_called_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "day.yaml").write_text(DAY, encoding="utf-8")
    story = load_story(tmp_path / "day.yaml")
    clock = VirtualClock(story.begins)
    with LocalDesk(story.empty(clock.now), clock, load_settings(Path("infra/settings.example.yaml"))) as quiet:
        minutes(quiet, 2)
        audit = quiet.audit()
    assert not audit.agrees
    assert audit.problems == ["X gave out no post, so that this day shows nothing"]
