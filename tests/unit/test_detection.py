"""Clusters of complaints above the baseline, the baseline itself, and titles."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mentiondesk.detection.baseline import HOUR, OVERALL_TERMS, Expectation, hour_of_week, updated, updated_overall
from mentiondesk.detection.clusters import Cluster, above_baseline, find_clusters, one_outage
from mentiondesk.detection.concepts import FAILURES, NOTHING_KNOWN, SUBJECTS
from mentiondesk.detection.matching import count_terms, distinct_reporters, matches, of_their_own, resolve_echoes
from mentiondesk.detection.slow import slow_clusters
from mentiondesk.detection.thresholds import THRESHOLDS
from mentiondesk.detection.title_words import TRANSLATED
from mentiondesk.detection.titles import title
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId, id_at
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.incidents.signals import Baseline, HourlyCounts, Signal
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.values import replace
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


def test_same_here_to_the_brand_counts_for_its_thread_or_for_the_hour() -> None:
    first = signal(0, 0, "closed", "premises", case_id=CaseId(ConversationId("7"), UserId("3000")))
    asked = {"answers": PostId("9"), "echo": True, "digest": ""}
    thread = signal(3, 1, "nice", **asked, case_id=CaseId(ConversationId("7"), UserId("3001")))
    elsewhere = signal(4, 2, "nice", **asked, case_id=CaseId(ConversationId("8"), UserId("3002")))
    *_, in_thread, in_hour = resolve_echoes([first, thread, elsewhere])
    assert "closed" in in_thread.terms
    assert "closed" in in_hour.terms
    (lonely,) = resolve_echoes([elsewhere])
    assert lonely.terms == ("nice",)


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
    first, *_ = found([*broken, *other], at(15), quiet)
    assert first.failure == "not working"


def test_before_anything_is_known_a_busy_brand_is_not_an_incident() -> None:
    mixed = [signal(number / 4, 500 + number, f"word{number}") for number in range(200)]
    assert found([*people(5, 50, "delayed"), *mixed], at(52)) == []


def test_five_complaints_about_five_things_are_no_incident() -> None:
    concepts = ("delayed", "payment fails", "missing", "cancelled", "makes people ill")
    assert found([signal(number, number, concept) for number, concept in enumerate(concepts)], at(15)) == []


def test_a_word_alone_is_enough_where_nearly_all_say_it_who_else_never_do() -> None:
    usual = busy(4, "delayed", hours=800)
    (group,) = found(people(6, 30, "unicorn"), at(31), usual)
    assert (group.terms, title(group.failure, group.subject)) == (("unicorn",), "Many complaints")


def test_two_problems_at_once_are_two_groups() -> None:
    both = [*people(8, 12, "payment fails", "paying"), *people(8, 12, "no power", first=50)]
    assert {group.failure for group in found(both, at(15))} == {"payment fails", "no power"}


def test_words_for_one_outage_make_one_group() -> None:
    words = ("down", "won't load", "crashes", "frozen")
    mixed = [signal(number + 1, number, words[number % 4], "anything broken", "app") for number in range(12)]
    (group,) = found(mixed, at(15))
    assert group.people == 12
    assert group.failure in words


def test_what_is_vague_gives_way_to_what_most_of_them_say_exactly() -> None:
    down = [signal(number, number, "down", "anything broken", "not working") for number in range(6)]
    other = [signal(6, 50, "frozen", "anything broken", "not working")]
    (group,) = found([*down, *other], at(15))
    assert group.failure == "down"
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


@pytest.mark.parametrize("failure", sorted(FAILURES))
def test_a_title_is_made_of_the_component_and_the_projects_own_words(failure: str) -> None:
    assert title(failure, "") != "Many complaints"
    assert title(failure, "", "Online shop").startswith("Online shop: ")


@pytest.mark.parametrize("language", sorted(TRANSLATED))
def test_titles_are_in_the_language_of_the_status_page(language: str) -> None:
    words = TRANSLATED[language]
    assert words.failures.keys() == FAILURES
    for failure in FAILURES:
        found = title(failure, "", "Shop", language)
        assert found == f"Shop: {words.failures[failure]}"
        assert found != title(failure, "", "Shop")
    for subject in {*SUBJECTS, "playback"}:
        assert title("", subject, "", language) == f"{words.subjects[subject]}: {words.unknown}"


def test_no_word_of_a_customer_is_in_a_title() -> None:
    hostile = [
        replace(one, words="<b>Bankruptcy</b> Ada Lovelace, 12 Acacia Road")
        for one in people(6, 12, "won't load", "anything broken", "bankruptcy", "ada", "acacia")
    ]
    (group,) = found(hostile, at(15))
    assert title(group.failure, group.subject) == "Not loading"
    (named,) = found(people(6, 12, "bankruptcy", "filed"), at(15), busy(4, "delayed"))
    assert title(named.failure, named.subject) == "Many complaints"


def test_samples_are_of_different_people() -> None:
    signals = people(6)
    (group,) = found([*signals, replace(signals[0], post_id=PostId("99"), at=at(1))], at(15))
    assert len({sample.author_id for sample in group.samples}) == len(group.samples) == 3


def test_the_samples_that_say_most_come_first() -> None:
    first = signal(0, 0, "payment fails", "paying", words="card declined at checkout, twice now")
    echoes = [
        signal(number, number, "payment fails", "paying", words="same here", echo=True, digest="")
        for number in range(1, 5)
    ]
    vague = signal(5, 9, "paying", words="what is going on with the checkout of yours today, anybody there?")
    (group,) = found([vague, *echoes, first], at(15))
    assert group.samples[0].post_id == first.post_id
    assert vague.post_id not in {sample.post_id for sample in group.samples}


# --- what belongs to it -----------------------------------------------------------------------------------


def checkout_fails(count: int = 8, begin: float = 51) -> list[Signal]:
    return [signal(begin + number / 2, number, "payment fails", "paying", "checkout") for number in range(count)]


def test_the_beginning_is_that_of_the_surge_and_not_the_oldest_post_with_its_words() -> None:
    lady = signal(0, 90, "paying", "staff", "checkout", words="the checkout lady was rude")
    alone = signal(4, 91, "payment fails", "paying", words="my card was declined")
    (group,) = found([lady, alone, *checkout_fails()], at(56))
    assert group.signals[0].at == at(51)
    assert not {lady.author_id, alone.author_id} & {one.author_id for one in group.signals}


@pytest.mark.parametrize(
    "terms",
    [
        ("hacked", "paying", "payment fails"),
        ("charged wrongly", "paying", "payment fails"),
        ("refund", "paying"),
        ("staff", "paying", "checkout"),
        ("not solved", "paying", "error message"),
        ("not delivered", "delivery"),
        ("not working", "delivery"),
    ],
)
def test_other_matters_of_the_same_minutes_stay_out(terms: tuple[str, ...]) -> None:
    (group,) = found([*checkout_fails(), signal(55, 80, *terms)], at(56))
    assert UserId("3080") not in {one.author_id for one in group.signals}


@pytest.mark.parametrize("terms", [("error message", "paying"), ("not working", "paying"), ("paying",)])
def test_the_same_failure_in_other_words_belongs(terms: tuple[str, ...]) -> None:
    near = [signal(53 + number / 2, 80 + number, *terms) for number in range(2)]
    (group,) = found([*checkout_fails(), *near], at(56))
    assert UserId("3080") in {one.author_id for one in group.signals}


def test_a_critical_post_is_never_absorbed_and_danger_itself_is_noticed() -> None:
    (group,) = found([*checkout_fails(), signal(55, 80, "payment fails", "paying", critical=True)], at(56))
    assert UserId("3080") not in {one.author_id for one in group.signals}
    ill = [signal(number, number, "makes people ill", "food", critical=True) for number in range(6)]
    (group,) = found(ill, at(15))
    assert (group.failure, group.people) == ("makes people ill", 6)


def test_a_post_with_two_problems_belongs_by_either_and_its_order_stays_its_own() -> None:
    (group,) = found(people(6, 12, "down", "anything broken", "reaching it"), at(15))
    facts: dict[str, Any] = {"terms": group.terms}
    incident = Incident(group.incident_id, Status.CANDIDATE, "Not available", at(2), at(0), **facts)
    both = signal(5, 80, "down", "not delivered", "anything broken", "reaching it", "delivery", "paying")
    assert matches(incident, both)
    assert of_their_own(incident, both)
    assert not of_their_own(incident, group.signals[0])
    assert not matches(incident, signal(5, 81, "down", "the connection"))
    assert not matches(incident, signal(5, 82, "not delivered", "delivery", "paying"))


def test_clusters_of_one_outage_are_told_by_time_and_failure() -> None:
    (group,) = found(people(6, 12, "won't load", "anything broken", "reaching it"), at(15))
    facts: dict[str, Any] = {"terms": ("crashes + no subject",), "latest_at": at(10)}
    incident = Incident(group.incident_id, Status.CANDIDATE, "Not loading", at(2), at(0), **facts)
    assert one_outage(incident, group, WITHIN)
    assert not one_outage(replace(incident, started_at=at(-300), latest_at=at(-200)), group, WITHIN)
    assert not one_outage(replace(incident, terms=("payment fails",)), group, WITHIN)


# --- quiet brands -----------------------------------------------------------------------------------------


def test_three_people_are_enough_at_a_quiet_brand_and_five_at_a_busy_one() -> None:
    usual = {volume: busy(volume / 24, "delayed") for volume in (12, 70, 240)}
    assert [Expectation(usual[volume]).enough(5) for volume in usual] == [3, 4, 5]
    assert Expectation(usual[12]).enough(3) == 3
    assert Expectation(UNKNOWN).enough(5) == 5
    three = people(3, 6, "closed", "premises")
    assert len(found(three, at(7), usual[12])) == 1
    assert found(three, at(7), usual[240]) == []


def test_three_people_with_one_rare_word_are_chance() -> None:
    assert found(people(3, 6, "unicorn"), at(7), busy(0.5, "delayed")) == []


# --- what no table knows ----------------------------------------------------------------------------------


def odd(count: int, shared: int) -> list[Signal]:
    """Complaints within six minutes of which so many share a word that no table holds."""
    told = [("elevator", f"odd{n}") if n < shared else (f"odd{n}",) for n in range(count)]
    return [signal(n * 6 / count, n, NOTHING_KNOWN, *words) for n, words in enumerate(told)]


def test_a_surge_of_complaints_that_share_a_rare_word_is_noticed_though_no_concept_is() -> None:
    quiet = busy(0.5, "delayed")
    (group,) = found(odd(9, 4), at(7), quiet)
    assert (group.people, group.failure, group.terms[0]) == (9, "", "elevator")
    assert title(group.failure, group.subject) == "Many complaints"
    assert found(odd(3, 3), at(7), quiet) == []


def test_far_more_people_than_usual_are_noticed_whatever_their_words() -> None:
    quiet = busy(0.5, "delayed")
    (group,) = found(odd(9, 1), at(7), quiet)
    assert (group.people, title(group.failure, group.subject)) == (9, "Many complaints")
    assert found(odd(3, 1), at(7), quiet) == []
    answers = [replace(one, answers=PostId("9")) for one in odd(9, 1)]
    assert found(answers, at(7), quiet) == []
    assert found(odd(9, 1), at(7), busy(5, "delayed")) == []


def test_the_more_complaints_have_in_common_the_fewer_are_needed() -> None:
    quiet = busy(1, "topic store", "nothing known")
    alike = [signal(n * 6, n, "topic account", f"odd{n}") for n in range(4)]
    assert found([signal(n * 6, n, NOTHING_KNOWN, f"odd{n}") for n in range(4)], at(19), quiet) == []
    (group,) = found(alike, at(19), quiet)
    assert (group.people, title(group.failure, group.subject)) == (4, "Many complaints")
    answers = [replace(one, answers=PostId("9")) for one in alike]
    assert found(answers, at(19), quiet) == []


def test_what_most_complaints_are_about_every_day_is_not_in_common() -> None:
    usual = busy(1, "topic account", "nothing known")
    assert found([signal(n * 6, n, "topic account", f"odd{n}") for n in range(4)], at(19), usual) == []


def test_a_surge_takes_in_what_hardly_anybody_said_without_it() -> None:
    usual = busy(2, "nothing known")
    alike = [signal(n * 3, n, "topic account", f"odd{n}") for n in range(8)]
    other, usual_words = signal(14, 50, "topic store", "odd"), signal(15, 51, NOTHING_KNOWN, "odd")
    (group,) = found([*alike, other, usual_words], at(22), usual)
    assert group.signals == tuple(alike)


def test_dangers_count_for_a_surge_and_are_taken_in_by_none() -> None:
    quiet = busy(0.5, "delayed")
    rash = [replace(one, critical=n < 3) for n, one in enumerate(odd(7, 0))]
    (group,) = found(rash, at(7), quiet)
    assert not any(one.critical for one in group.signals)
    assert group.people == 4


def test_a_loud_hour_after_silent_weeks_is_not_told_by_its_number() -> None:
    silent = Baseline(HourlyCounts(700, 20, {}, NOON), HourlyCounts(4, 0, {}, NOON))
    assert found(odd(9, 0), at(7), silent) == []


def test_the_usual_follows_the_day_before_the_weeks_are_known() -> None:
    evening = (0.0,) * 20 + (60.0,) * 4
    baseline = Baseline(HourlyCounts(480, 240, {}, NOON, evening), HourlyCounts(), 21)
    night = replace(baseline, hour_of_day=3)
    assert Expectation(baseline).hourly_reporters == pytest.approx(3, abs=0.5)
    assert Expectation(night).hourly_reporters == pytest.approx(0.08, abs=0.02)


def test_the_hours_of_the_day_are_learnt_and_begin_even() -> None:
    before = HourlyCounts(240, 480, {}, at(0))
    after = updated_overall(before, Expectation(Baseline(before)), at(60), 5, {})
    hour = hour_of_week(at(0)) % 24
    assert after.by_hour[hour] == pytest.approx(after.by_hour[hour - 1] + 5, abs=0.01)
    assert sum(after.by_hour) == pytest.approx(after.reporters, abs=0.05)
    assert updated_overall(after, Expectation(Baseline(after)), at(60), 5, {}) == after


def test_a_baseline_from_before_topics_were_counted_expects_them() -> None:
    old = busy(1, "delayed")
    assert Expectation(old).share("topic account") >= THRESHOLDS.prior_concept_share
    assert Expectation(old).share(NOTHING_KNOWN) >= THRESHOLDS.prior_everyday_share


def test_a_new_desk_does_not_take_what_its_customers_always_speak_of_for_an_outage() -> None:
    other = [signal(number * 5, 500 + number, f"word{number}") for number in range(8)]
    parcels = people(6, 40, "not delivered", "delivery", "order")
    assert found([*parcels, *other], at(41)) == []
    assert found(people(8, 40, "refund", "paying", "account"), at(41)) == []
    (group,) = found(people(8, 40, "payment fails", "paying"), at(41))
    assert group.people == 8


def test_a_new_desk_does_not_tell_from_the_number_of_complaints_alone() -> None:
    assert found(odd(9, 4), at(7), busy(0.5, "delayed", hours=100)) == []


def test_an_evening_with_more_of_everything_is_not_called_by_the_most_frequent_part_of_it() -> None:
    usual = busy(2, "delayed")
    sums = {"delayed": 300.0, "not delivered": 150.0, "delivery": 200.0}
    usual = replace(usual, overall=replace(usual.overall, terms=sums), hour=HourlyCounts())
    evening = [
        signal(n, n, *(("not delivered", "delivery") if n % 4 == 0 else (NOTHING_KNOWN, f"odd{n}"))) for n in range(40)
    ]
    assert {group.failure for group in found(evening, at(41), usual)} == {""}


# --- slow problems ----------------------------------------------------------------------------------------


def over_two_days(count: int, *terms: str) -> list[Signal]:
    return [signal(n * 2870 / count - 2870, n, *terms) for n in range(count)]


def test_twenty_people_over_two_days_are_a_slow_problem_and_no_outage() -> None:
    quiet = busy(1, "delayed")
    slow = over_two_days(20, "wrong price", "prices")
    assert found(slow, at(0), quiet) == []
    (cluster, *_) = slow_clusters(slow, quiet, at(0), THRESHOLDS)
    assert (cluster.failure, cluster.people) == ("wrong price", 20)


def test_what_is_usual_over_two_days_is_no_slow_problem() -> None:
    usual = busy(1, "wrong price", "prices")
    assert slow_clusters(over_two_days(48, "wrong price", "prices"), usual, at(0), THRESHOLDS) == []
    new = busy(1, "delayed", hours=100)
    assert slow_clusters(over_two_days(20, "wrong price", "prices"), new, at(0), THRESHOLDS) == []


def test_the_days_of_a_slow_problem_do_not_count_as_usual() -> None:
    quiet = busy(1, "delayed")
    terms = {**quiet.overall.terms, "wrong price": 20.0, "prices": 20.0}
    learned = replace(quiet, overall=replace(quiet.overall, reporters=quiet.overall.reporters + 20, terms=terms))
    assert slow_clusters(over_two_days(20, "wrong price", "prices"), learned, at(0), THRESHOLDS)


def test_further_complaints_match_by_what_was_found() -> None:
    (group,) = found(people(6), at(15))
    incident = Incident(group.incident_id, Status.CANDIDATE, "Accounts", at(15), at(0), terms=group.terms)
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
