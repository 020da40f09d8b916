"""Clusters of complaints above the baseline, the baseline itself, and titles."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mentiondesk.detection.baseline import HOUR, OVERALL_TERMS, Expectation, hour_of_week, updated
from mentiondesk.detection.clusters import Cluster, above_baseline, find_clusters
from mentiondesk.detection.matching import count_terms, distinct_reporters, matches, resolve_echoes
from mentiondesk.domain.ids import PostId, UserId, id_at
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.incidents.signals import Baseline, HourlyCounts, Signal
from mentiondesk.settings.problems import SettingsInvalid
from tests.support.builders import NOON, at, minutes, settings

WITHIN = minutes(60)
UNKNOWN = Baseline()


def signal(minute: float, person: int, *terms: str, **facts: Any) -> Signal:
    made = {
        "post_id": PostId(str(int(id_at(at(minute))) + person)),
        "author_id": UserId(str(3000 + person)),
        "at": at(minute),
        "terms": terms or ("cannot log in", "signing in", "anything broken"),
        "words": f"@shop my login fails, says {person}",
        "digest": f"text {person}",
    }
    return Signal(**{**made, **facts})


def people(count: int, over: float = 12, *terms: str, first: int = 0) -> list[Signal]:
    """Signals of `count` people with the same terms, spread evenly over some minutes from noon on."""
    return [signal(number * over / count, first + number, *terms) for number in range(count)]


def found(signals: list[Signal], now: datetime, usual: Baseline = UNKNOWN) -> list[Cluster]:
    return find_clusters(resolve_echoes(signals), Expectation(usual), now, 5, WITHIN)


def busy(an_hour: float, *terms: str, hours: float = 500) -> Baseline:
    """The baseline of a brand with this many complaints an hour for weeks, all of them with these terms."""
    sums = dict.fromkeys(terms, an_hour * hours)
    slot = dict.fromkeys(terms, an_hour * 4)
    return Baseline(HourlyCounts(hours, an_hour * hours, sums, NOON), HourlyCounts(4, an_hour * 4, slot, NOON))


# --- reporters -----------------------------------------------------------------------------------------------


def test_the_fifth_person_within_a_quarter_of_an_hour_is_noticed_and_the_fourth_is_not() -> None:
    assert found(people(4), at(15)) == []
    (group,) = found(people(5), at(15))
    assert (group.people, len(group.signals), "cannot log in" in group.terms) == (5, 5, True)


def test_fifty_posts_of_one_person_are_one_person() -> None:
    angry = [signal(number / 4, 1, post_id=PostId(str(100 + number)), digest=f"{number}") for number in range(50)]
    assert distinct_reporters(angry) == angry[:1]
    assert found([*angry, *people(3, first=10)], at(15)) == []
    assert len(found([*angry, *people(4, first=10)], at(15))) == 1


def test_copies_of_one_text_are_one_voice() -> None:
    copies = [replace(one, digest="the same") for one in people(40)]
    assert found(copies, at(15)) == []
    assert found([*copies, *people(4, first=50)], at(15))[0].people == 5


def test_short_texts_are_the_same_by_chance() -> None:
    assert found([replace(one, digest="") for one in people(5)], at(15)) != []


def test_same_here_says_what_the_post_it_answers_says() -> None:
    first = signal(0, 0)
    echoes = [signal(number, number, "nice", answers=first.post_id, echo=True, digest="") for number in range(1, 5)]
    (group,) = found([*echoes, first], at(15))
    assert group.people == 5
    again = [signal(9, 9, answers=echoes[0].post_id, echo=True, digest="")]
    assert resolve_echoes([first, *echoes, *again])[-1].terms[0] == "cannot log in"


def test_same_here_of_what_nobody_knows_says_nothing() -> None:
    lost = replace(signal(3, 3, answers=PostId("1"), echo=True), terms=())
    assert resolve_echoes([lost]) == []


# --- the usual --------------------------------------------------------------------------------------------


def test_what_is_usual_at_this_hour_is_not_noticed_and_five_times_as_much_is() -> None:
    terms = ("delayed",)
    usual = busy(20, *terms)
    assert found(people(25, 55, *terms), at(56), usual) == []
    assert len(found(people(100, 55, *terms), at(56), usual)) == 1


def test_an_hour_of_the_week_has_its_own_usual() -> None:
    quiet, rush = busy(2, "delayed"), replace(busy(2, "delayed"), hour=busy(30, "delayed").hour)
    signals = people(20, 50, "delayed")
    assert len(found(signals, at(51), quiet)) == 1
    assert found(signals, at(51), rush) == []


def test_a_day_with_more_of_everything_is_no_incident() -> None:
    usual = busy(10, "not delivered")
    other = [signal(number / 2, 500 + number, f"word{number}") for number in range(100)]
    assert found([*people(6, 50, "not delivered"), *other], at(52), usual) == []


def test_many_times_as_much_of_everything_is_no_busy_day() -> None:
    sums = {"anything broken": 175.0, "not working": 75.0}
    quiet = Baseline(HourlyCounts(500, 500, sums, NOON), HourlyCounts(4, 4, {}, NOON))
    broken = people(9, 14, "not working", "anything broken")
    other = [signal(number * 2, 500 + number, f"word{number}") for number in range(7)]
    assert found(broken[:2] + other[:2], at(15), quiet) == []
    assert len(found([*broken, *other], at(15), quiet)) == 1


def test_before_anything_is_known_a_busy_brand_is_not_an_incident() -> None:
    mixed = [signal(number / 4, 500 + number, f"word{number}") for number in range(200)]
    assert found([*people(5, 50, "delayed"), *mixed], at(52)) == []


def test_five_complaints_about_five_things_are_no_incident() -> None:
    concepts = ("delayed", "payment fails", "missing", "cancelled", "makes people ill")
    assert found([signal(number, number, concept) for number, concept in enumerate(concepts)], at(15)) == []


def test_a_word_alone_is_enough_where_nearly_all_say_it_who_else_never_do() -> None:
    usual = busy(4, "delayed", hours=800)
    (group,) = found(people(6, 30, "unicorn"), at(31), usual)
    assert (group.terms, group.title) == (("unicorn",), "Unicorn")


def test_two_problems_at_once_are_two_groups() -> None:
    both = [*people(8, 12, "payment fails", "paying"), *people(8, 12, "no power", first=50)]
    assert {group.failure for group in found(both, at(15))} == {"payment fails", "no power"}


def test_words_for_one_outage_make_one_group() -> None:
    words = ("down", "won't load", "crashes", "frozen")
    mixed = [signal(number, number, words[number % 4], "anything broken", "app") for number in range(12)]
    (group,) = found(mixed, at(15))
    assert group.people == 12
    assert group.title.startswith("App: ")


def test_what_is_vague_gives_way_to_what_most_of_them_say_exactly() -> None:
    down = [signal(number, number, "down", "anything broken", "not working") for number in range(6)]
    other = [signal(6, 50, "frozen", "anything broken", "not working")]
    (group,) = found([*down, *other], at(15))
    assert group.terms[0] == "down"
    assert "anything broken" not in group.terms
    few = [signal(number, number, "down" if number < 3 else "slow", "anything broken") for number in range(8)]
    for one in found(few, at(15)):
        assert one.people >= 5


def test_only_the_window_counts() -> None:
    assert found(people(5), at(75)) == []
    assert found(people(5), at(-1)) == []


# --- learning ---------------------------------------------------------------------------------------------


def test_an_hour_is_learnt_once() -> None:
    said, terms = count_terms(people(6))
    assert (said, terms["cannot log in"]) == (6, 6)
    once = updated(HourlyCounts(), Expectation(UNKNOWN), at(60), said, terms, OVERALL_TERMS)
    assert (once.hours, once.reporters, once.until) == (1, 6, at(60))
    assert updated(once, Expectation(UNKNOWN), at(60), said, terms, OVERALL_TERMS) is once


def test_what_was_learnt_fades_and_an_outage_teaches_little() -> None:
    habit, hour = HourlyCounts(), NOON
    for _ in range(24 * 21):
        hour += HOUR
        habit = updated(habit, Expectation(Baseline(habit)), hour, 2, {"delayed": 2}, OVERALL_TERMS)
    usual = Expectation(Baseline(habit))
    assert usual.hourly("delayed") == pytest.approx(2, rel=0.1)
    after = updated(habit, usual, hour + HOUR, 500, {"delayed": 500}, OVERALL_TERMS)
    assert Expectation(Baseline(after)).hourly("delayed") < 4
    assert updated(habit, usual, hour + timedelta(weeks=20), 0, {}, OVERALL_TERMS).reporters < 20


def test_a_habit_stays_small() -> None:
    habit = updated(
        HourlyCounts(),
        Expectation(UNKNOWN),
        at(60),
        5000,
        {f"word{number}": 1 for number in range(5000)},
        OVERALL_TERMS,
    )
    assert len(habit.terms) == OVERALL_TERMS


def test_the_hours_of_the_week_are_in_utc() -> None:
    assert hour_of_week(NOON) == 2 * 24 + 12


# --- what it makes of them --------------------------------------------------------------------------------


def test_the_same_posts_have_the_same_id_and_others_another() -> None:
    (one,), (other,) = found(people(5), at(15)), found(people(8), at(14))
    assert one.incident_id == other.incident_id
    (third,) = found(people(5, first=100), at(15))
    assert third.incident_id != one.incident_id
    assert one.incident_id.isalnum()


def test_the_title_is_made_of_customers_words_and_safe() -> None:
    hostile = "<b>Checkout PAGE</b> https://evil.example/x \u202e fails"
    signals = [
        replace(one, words=hostile) for one in people(6, 12, "won't load", "anything broken", "checkout", "page")
    ]
    (group,) = found(signals, at(15))
    assert group.title == "Checkout PAGE: won't load"
    assert len(replace(group, subject=("x" * 200,)).title) <= 80


def test_samples_are_of_different_people() -> None:
    signals = people(6)
    (group,) = found([*signals, replace(signals[0], post_id=PostId("99"), at=at(1))], at(15))
    assert len({sample.author_id for sample in group.samples}) == len(group.samples) == 3


def test_further_complaints_match_by_what_was_found() -> None:
    (group,) = found(people(6), at(15))
    incident = Incident(group.incident_id, Status.CANDIDATE, group.title, at(15), at(0), terms=group.terms)
    assert matches(incident, signal(40, 77))
    assert not matches(incident, signal(40, 77, "delayed"))
    assert not matches(replace(incident, terms=()), signal(40, 77))
    assert matches(replace(incident, terms=("missing + album",)), signal(40, 77, "album", "missing"))
    assert not matches(replace(incident, terms=("missing + album",)), signal(40, 77, "missing"))


def test_it_goes_on_only_while_more_complain_than_usual() -> None:
    usual = busy(6, "delayed")
    assert above_baseline(("delayed",), people(6, 50, "delayed"), Expectation(usual), at(51), WITHIN) < 1
    assert above_baseline(("delayed",), people(40, 50, "delayed"), Expectation(usual), at(51), WITHIN) > 4


@pytest.mark.parametrize("within", ["1m", "2d"])
def test_the_window_is_as_long_as_signals_can_be_looked_at(within: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"incidents\.within"):
        settings(incidents={"within": within})
