"""Settings: what holds when little is said, and what is said when something is wrong."""

import json
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.alerts.roster import Audience, Channel, Stage
from mentiondesk.domain.cases.timers import Target
from mentiondesk.domain.hours import Period
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.settings.problems import SettingsInvalid, validated
from mentiondesk.settings.to_domain import desk_settings, parse_settings
from tests.support.builders import NOON, changed, minutes, raw_settings, settings

DUTY, LEAD, MANAGER = Audience.DUTY, Audience.LEAD, Audience.MANAGER
EMAIL, TEXT = Channel.EMAIL, Channel.TEXT


def problems(raw: object) -> dict[str, str]:
    """Key path → what is wrong with it."""
    with pytest.raises(SettingsInvalid) as invalid:
        parse_settings(raw)
    return {".".join(map(str, path)): what for path, what in invalid.value.problems}


@pytest.mark.parametrize(
    ("kind", "urgency", "target"),
    [
        (Kind.COMPLAINT, Urgency.CRITICAL, Target(minutes(30))),
        (Kind.COMPLAINT, Urgency.HIGH, Target(minutes(30))),
        (Kind.COMPLAINT, Urgency.NORMAL, Target(minutes(60))),
        (Kind.COMPLAINT, Urgency.LOW, Target(minutes(60))),
        (Kind.QUESTION, Urgency.NORMAL, Target(minutes(240))),
        (Kind.QUESTION, Urgency.HIGH, Target(minutes(240))),
        (Kind.PRAISE, Urgency.NORMAL, Target(minutes(24 * 60), alerts=False)),
        (Kind.VENT, Urgency.NORMAL, None),
        (Kind.CHATTER, Urgency.CRITICAL, None),
        (Kind.SPAM, Urgency.NORMAL, None),
    ],
)
def test_default_deadlines(kind: Kind, urgency: Urgency, target: Target | None) -> None:
    policy = settings().policy
    assert policy.first_reply.get((kind, urgency)) == target
    assert policy.next_reply.get((kind, urgency)) == target


def test_default_stages() -> None:
    assert settings().policy.stages == (
        Stage("half_time", 0.5, minutes(0), ((DUTY, EMAIL),)),
        Stage("three_quarters", 0.75, minutes(0), ((DUTY, TEXT),)),
        Stage("breach", 1.0, minutes(0), ((DUTY, TEXT), (LEAD, EMAIL), (LEAD, TEXT))),
        Stage("half_hour_late", 1.0, minutes(30), ((MANAGER, EMAIL), (MANAGER, TEXT))),
    )


def test_default_reading_looks_back_five_minutes_and_has_a_budget() -> None:
    reading = settings().reading
    assert reading.overlap == minutes(5)
    assert reading.sweep_reach > reading.overlap
    assert reading.monthly_reads > 0
    assert settings().policy.follow_up is None


def test_people_alone_resolve_cases_unless_settings_say_so_and_in_private_there_are_four_hours() -> None:
    assert (settings().policy.resolve_after, settings().policy.private) == (None, Target(minutes(240)))
    assert settings(targets={"private": None}).policy.private is None
    policy = settings(targets={"resolve_after": "14d", "private": "4h"}).policy
    assert policy.resolve_after == timedelta(days=14)
    assert policy.private is not None
    assert policy.private.within == minutes(240)


def test_one_deadline_changes_and_the_others_stay() -> None:
    policy = settings(targets={"first_reply": {"question": {"within": "2h", "critical": "10m"}}}).policy
    assert policy.first_reply[Kind.QUESTION, Urgency.NORMAL].within == minutes(120)
    assert policy.first_reply[Kind.QUESTION, Urgency.CRITICAL].within == minutes(10)
    assert policy.first_reply[Kind.QUESTION, Urgency.HIGH].within == minutes(120)
    assert policy.first_reply[Kind.COMPLAINT, Urgency.NORMAL].within == minutes(60)
    assert policy.next_reply[Kind.QUESTION, Urgency.NORMAL].within == minutes(120)


def test_a_next_reply_has_its_own_deadline_where_one_is_set() -> None:
    policy = settings(targets={"next_reply": {"complaint": "2h"}}).policy
    assert policy.next_reply[Kind.COMPLAINT, Urgency.HIGH].within == minutes(120)
    assert policy.first_reply[Kind.COMPLAINT, Urgency.HIGH].within == minutes(30)


def test_null_takes_a_clock_away() -> None:
    policy = settings(targets={"first_reply": {"praise": None}, "next_reply": {"question": None}}).policy
    assert (Kind.PRAISE, Urgency.NORMAL) not in policy.first_reply
    assert (Kind.PRAISE, Urgency.NORMAL) not in policy.next_reply
    assert (Kind.QUESTION, Urgency.NORMAL) in policy.first_reply
    assert (Kind.QUESTION, Urgency.NORMAL) not in policy.next_reply


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", minutes(30)),
        ("4h", minutes(240)),
        ("1h30m", minutes(90)),
        ("1h 30m", minutes(90)),
        ("1 h", minutes(60)),
        ("2d", timedelta(days=2)),
        ("90s", timedelta(seconds=90)),
    ],
)
def test_lengths_of_time(text: str, length: timedelta) -> None:
    assert settings(keep=text).keep == length
    assert settings(reading={"overlap": text}).reading.overlap == length


def test_opening_hours_of_a_target() -> None:
    raw = raw_settings(
        zone="Europe/Berlin",
        hours={
            "shop": {
                "week": {"mon-fri": ["09:00-12:00", "13:00-17:30"], "sat": ["10:00-24:00"]},
                "holidays": ["2026-12-25"],
            },
            "abroad": {"zone": "Asia/Kolkata", "week": {"sat-mon": ["22:00-02:00"]}},
        },
        targets={"first_reply": {"question": {"within": "4h", "hours": "shop"}}},
    )
    hours = parse_settings(raw).policy.first_reply[Kind.QUESTION, Urgency.NORMAL].hours
    assert hours is not None
    assert hours.zone == "Europe/Berlin"
    assert hours.week[4] == (Period(time(9), time(12)), Period(time(13), time(17, 30)))
    assert hours.week[5] == (Period(time(10), time(0)),)
    assert hours.week[6] == ()
    assert [day.isoformat() for day in hours.holidays] == ["2026-12-25"]
    abroad = validated(raw).hours["abroad"].hours("Europe/Berlin")
    assert abroad.zone == "Asia/Kolkata"
    assert [bool(day) for day in abroad.week] == [True, False, False, False, False, True, True]


def test_a_person_s_shifts_and_quiet_hours_are_in_their_zone() -> None:
    raw = changed(raw_settings(zone="Europe/Berlin"), "staff.0.quiet", {"week": {"daily": ["22:00-07:00"]}})
    ana = parse_settings(raw).roster.staff[0]
    assert ana.quiet is not None
    assert (ana.zone, ana.quiet.zone) == ("Europe/Berlin", "Europe/Berlin")
    raw = changed(raw, "staff.0.zone", "Asia/Kolkata")
    raw = changed(raw, "staff.0.duty", {"zone": "UTC", "week": {"mon-fri": ["09:00-17:00"]}})
    ana = parse_settings(raw).roster.staff[0]
    assert ana.quiet is not None
    assert (ana.zone, ana.quiet.zone) == ("Asia/Kolkata", "Asia/Kolkata")
    assert ana.shifts is not None
    assert (ana.shifts.zone, ana.always_on_duty) == ("UTC", False)


def test_a_stage_may_come_before_the_deadline() -> None:
    raw = {"name": "ten_before", "at": "10m before", "send": [{"to": "duty", "by": ["email", "text"]}]}
    (stage,) = settings(alerts={"stages": [raw]}).policy.stages
    assert stage == Stage("ten_before", 1.0, -minutes(10), ((DUTY, EMAIL), (DUTY, TEXT)))


STAGE: dict[str, Any] = {"name": "warn", "at": "50%", "send": [{"to": "duty", "by": "email"}]}


@pytest.mark.parametrize(
    ("path", "value", "blamed", "says"),
    [
        ("targets.first_reply.complaint", "30 minutes", "", "30m"),
        ("targets.first_reply.complaint", "0m", "", "30m"),
        ("targets.first_reply.complaint", "-5m", "", "30m"),
        ("targets.first_reply.complaint", 30, "", "30m"),
        ("targets.first_reply.complaint", True, "", "30m"),
        ("targets.first_reply.complaint", "", "", "30m"),
        ("targets.first_reply.complaint", "99999999999999d", "", "ten years"),
        ("targets.first_reply.complaint", {"within": "1h", "high": "2x"}, ".high", "30m"),
        ("targets.first_reply.complaint", {"high": "1h"}, ".within", "missing"),
        ("targets.first_reply.complaint", {"within": "1h", "hours": "shop"}, ".hours", "'shop'"),
        ("targets.follow_up", {"within": "1h", "hours": "shop"}, ".hours", "'shop'"),
        ("targets.next_reply.question", {"within": "1h", "hours": "shop"}, ".hours", "'shop'"),
        ("targets.first_reply.complain", "1h", "", "'complaint'"),
        ("targets.first_reply", None, "", "group of keys"),
        ("targets", None, "", "group of keys"),
        ("keep", 400, "", "2d"),
        ("keep", "9" * 30 + "d", "", "ten years"),
        ("zone", "Mars/Olympus", "", "Europe/London"),
        ("zone", "", "", "Europe/London"),
        ("zone", "../../etc/passwd", "", "Europe/London"),
        ("zone", "Europe", "", "Europe/London"),
        ("zone", 1, "", "in quotes"),
        ("staff.0.zone", "CEST", "", "Europe/London"),
        ("staff.0.phone", "07700 900123", "", "+447700900123"),
        ("staff.0.phone", "+44 7700 900123", "", "+447700900123"),
        ("staff.0.phone", 447700900123, "", "in quotes"),
        ("staff.0.email", "ana", "", "ana@example.com"),
        ("staff.0.email", "ana@example.com\nBcc: b@example.com", "", "ana@example.com"),
        ("staff.0.email", "Ana <ana@example.com>", "", "ana@example.com"),
        ("staff.0.id", "Ana Lee", "", "lower-case"),
        ("staff.0.id", 7, "", "in quotes"),
        ("staff.0.name", "", "", "at least 1 character"),
        ("staff.0.roles", ["boss"], ".0", "'lead' or 'manager'"),
        ("staff.0.roles", "lead", "", "a list"),
        ("staff.0.duty", "never", "", "always"),
        ("staff.0.duty", True, "", "always"),
        ("staff.0.duty", {"week": {"mon-fri": [540]}}, ".week.mon-fri.0", "in quotes"),
        ("staff.0.duty", {"week": {"mon-fri": "09:00-17:00"}}, ".week.mon-fri", "a list"),
        ("staff.0.quiet", ["22:00-07:00"], "", "group of keys"),
        ("staff.0.emial", "ana@example.com", "", "did you mean email?"),
        ("staff", [], "", "at least 1"),
        ("staff", {}, "", "a list"),
        ("staff", None, "", "a list"),
        ("hours.shop", {"week": {}}, ".week", "never open"),
        ("hours.shop", {"week": {"mon": []}}, ".week", "never open"),
        ("hours.shop", {"week": {"monday": ["09:00-17:00"]}}, ".week", "mon-fri"),
        ("hours.shop", {"week": {"mon-": ["09:00-17:00"]}}, ".week", "mon-fri"),
        ("hours.shop", {"week": {"mon-fri": ["9-17"]}}, ".week", '"09:00-17:30"'),
        ("hours.shop", {"week": {"mon-fri": ["09:00-25:00"]}}, ".week", '"09:00-17:30"'),
        ("hours.shop", {"week": {"mon-fri": ["09:00-17:00"], "fri": ["09:00-12:00"]}}, ".week", "'fri'"),
        ("hours.shop", {"week": {"mon": None}}, ".week.mon", "a list"),
        ("hours.shop", {"week": {"mon": ["09:00-17:00"]}, "holidays": ["2026-13-01"]}, ".holidays.0", "date"),
        ("hours", None, "", "group of keys"),
        ("alerts.stages", [STAGE, STAGE], "", "'warn'"),
        ("alerts.stages", [], "", "at least 1"),
        ("alerts.stages", [{**STAGE, "name": "Half time"}], ".0.name", "lower-case"),
        ("alerts.stages", [{**STAGE, "at": "half"}], ".0.at", "50%"),
        ("alerts.stages", [{**STAGE, "at": 0.5}], ".0.at", "50%"),
        ("alerts.stages", [{**STAGE, "at": "9999999999999d after"}], ".0.at", "ten years"),
        ("alerts.stages", [{**STAGE, "send": []}], ".0.send", "at least 1"),
        ("alerts.stages", [{**STAGE, "send": [{"to": "boss", "by": "email"}]}], ".0.send.0.to", "'lead'"),
        ("alerts.stages", [{**STAGE, "send": [{"to": "duty", "by": "fax"}]}], ".0.send.0.by", "'text'"),
        ("alerts.budget.most", 0, "", "greater"),
        ("alerts.budget.gather", "2h", "", "less"),
        ("alerts.critical", [], "", "at least 1"),
        ("alerts.text_limits", [{"most": 0, "within": "1h"}], ".0.most", "greater"),
        ("brand.user_id", 1999000001, "", "in quotes"),
        ("brand.user_id", "@shop", "", "numeric id"),
        ("brand.handle", "@shop", "", "without @"),
        ("brand.words", ["a"], ".0", "2 to 60"),
        ("brand.words", "shop", "", "a list"),
        ("brand.name", None, "", "in quotes"),
        ("brand", None, "", "group of keys"),
        ("reading.monthly_reads", 10, "", "1000"),
        ("reading.monthly_reads", "lots", "", "integer"),
        ("reading.mentions", "maybe", "", "boolean"),
        ("reading.overlp", "5m", "", "did you mean overlap?"),
        ("colour", "green", "", "there is no such key"),
    ],
)  # fmt: skip
def test_an_error_names_its_key_and_what_would_be_right(path: str, value: Any, blamed: str, says: str) -> None:
    found = problems(changed(raw_settings(), path, value))
    assert list(found) == [path + blamed]
    assert says in found[path + blamed]


def test_every_fault_is_told_at_once() -> None:
    raw = changed(changed(raw_settings(), "staff.0.phone", "1"), "zone", "Mars")
    assert set(problems({**raw, "colour": "green"})) == {"staff.0.phone", "zone", "colour"}


@pytest.mark.parametrize("raw", [None, [], "brand: x", 3, True])
def test_what_is_no_settings_file_at_all(raw: object) -> None:
    assert "group of keys" in problems(raw)[""]


def test_missing_keys_are_named() -> None:
    assert problems({}) == {"brand": "this key is missing", "staff": "this key is missing"}


def test_somebody_must_be_the_lead() -> None:
    found = problems(changed(raw_settings(), "staff.0.roles", ["manager"]))
    assert "roles: [lead]" in found["staff"]


def test_two_people_cannot_have_one_id() -> None:
    raw = raw_settings()
    found = problems({**raw, "staff": raw["staff"] * 2})
    assert "'ana'" in found["staff.1.id"]


def test_a_person_must_be_reachable() -> None:
    person = {"id": "bob", "name": "Bob"}
    raw = raw_settings()
    found = problems({**raw, "staff": [*raw["staff"], person]})
    assert "an email or a phone" in found["staff.1"]


def test_a_target_that_its_hours_can_never_meet_is_refused() -> None:
    raw = raw_settings(
        hours={"blink": {"week": {"mon": ["09:00-09:01"]}}},
        targets={"first_reply": {"question": {"within": "1d", "hours": "blink"}}},
    )
    assert "longer" in problems(raw)["targets.first_reply.question"]


def test_a_stage_that_hours_can_never_reach_is_refused() -> None:
    raw = raw_settings(
        hours={"blink": {"week": {"mon": ["09:00-09:01"]}}},
        targets={"first_reply": {"question": {"within": "1m", "hours": "blink"}}},
        alerts={"stages": [{**STAGE, "at": "2d after"}]},
    )
    assert "longer" in problems(raw)["targets.first_reply.question"]


@pytest.mark.parametrize(
    "raw",
    [
        raw_settings(),
        raw_settings(
            zone="Europe/Berlin",
            hours={
                "shop": {
                    "zone": "Asia/Kolkata",
                    "week": {"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": []},
                    "holidays": ["2026-12-25", "2027-01-01"],
                }
            },
            targets={
                "first_reply": {"question": {"within": "4h", "hours": "shop"}, "praise": None},
                "next_reply": {"complaint": {"within": "2h", "high": "45m", "low": "1d", "alerts": False}},
                "follow_up": "1d",
            },
            alerts={"stages": [STAGE], "text_limits": [{"most": 1, "within": "5m"}]},
            reading={"overlap": "0m", "sweep_every": "1h30m", "mentions": False},
            keep="30d",
            staff=[
                {
                    "id": "ana",
                    "name": "Ana",
                    "email": "ana@example.com",
                    "zone": "Asia/Kolkata",
                    "duty": {"week": {"daily": ["09:00-24:00"]}},
                    "quiet": {"week": {"daily": ["22:00-07:00"]}},
                    "roles": ["lead", "manager"],
                }
            ],
        ),
    ],
    ids=["smallest", "everything"],
)
def test_settings_come_back_from_the_table_as_they_were(raw: dict[str, Any]) -> None:
    before = validated(raw)
    after = validated(json.loads(json.dumps(before.model_dump(mode="json"))))
    assert after == before
    assert desk_settings(after) == desk_settings(before)


_KEYS = ["week", "within", "mon", "hours", "id", "name", "at", "send"]
_WORDS = ["1h", "0m", "always", "lead", "09:00-17:00", "mon-fri", "50%", "Europe/Berlin"]
_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates()
_yaml = st.recursive(
    _scalars | st.text(max_size=12) | st.sampled_from(_WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
_PATHS = [
    "brand",
    "brand.name",
    "brand.words",
    "zone",
    "keep",
    "reading",
    "staff",
    "staff.0",
    "staff.0.duty",
    "staff.0.quiet",
    "staff.0.roles",
    "hours",
    "hours.shop",
    "hours.shop.week",
    "targets",
    "targets.first_reply",
    "targets.first_reply.complaint",
    "targets.follow_up",
    "alerts",
    "alerts.stages",
    "alerts.stages.0.at",
    "alerts.text_limits",
]


@profile(derandomize=True, deadline=None, max_examples=400)
@given(st.sampled_from(_PATHS), _yaml)
def test_whatever_a_key_holds_the_settings_are_read_or_refused_in_words(path: str, value: Any) -> None:
    raw = raw_settings(alerts={"stages": [STAGE]}, hours={"shop": {"week": {"daily": ["09:00-17:00"]}}})
    try:
        found = parse_settings(changed(raw, path, value))
    except SettingsInvalid as refused:
        invalid = refused
    else:
        assert found.roster.staff
        assert found.policy.stages
        return
    assert invalid.problems
    assert all(what for _, what in invalid.problems)
    for internal in ("tuple", "frozenset", "dictionary", "literal[", "WeekSettings", "validation"):
        assert internal not in str(invalid)


def a_target(**lengths: str) -> dict[str, Any]:
    return {"targets": {"first_reply": {"question": lengths}}}


@pytest.mark.parametrize(
    ("lengths", "slip"),
    [
        ({"within": "1h", "high": "2h"}, "high is longer than within"),
        ({"within": "1h", "high": "30m", "critical": "45m"}, "critical is longer than high"),
        ({"within": "1h", "critical": "61m"}, "critical is longer than within"),
    ],
)
def test_what_is_more_urgent_is_not_answered_later(lengths: dict[str, str], slip: str) -> None:
    name = slip.partition(" ")[0]
    found = problems(raw_settings(**a_target(**lengths)))
    assert slip in found[f"targets.first_reply.question.{name}"]
    assert settings(**a_target(within="1h", high="1h", critical="1h", low="5h"))


def a_person(**fields: Any) -> dict[str, Any]:
    raw = raw_settings()
    return {**raw, "staff": [*raw["staff"], {"id": "ben", "name": "Ben", "phone": "+447700900124", **fields}]}


@pytest.mark.parametrize(
    "week",
    [
        {"daily": ["00:00-24:00"]},
        {"daily": ["08:00-08:00"]},
        {"daily": ["06:00-18:00", "17:00-06:00"]},
        {"mon-fri": ["00:00-24:00"], "sat-sun": ["00:00-12:00", "12:00-24:00"]},
    ],
)
def test_quiet_hours_that_never_end_are_refused(week: dict[str, list[str]]) -> None:
    assert "never end" in problems(a_person(quiet={"week": week}))["staff.1.quiet"]
    raw = raw_settings()
    assert parse_settings({**raw, "staff": [{**raw["staff"][0], "phone": None, "quiet": {"week": week}}]})


def test_quiet_hours_may_leave_one_minute() -> None:
    week = {"mon-sat": ["00:00-24:00"], "sun": ["00:00-23:59"]}
    assert parse_settings(a_person(quiet={"week": week}))


@pytest.mark.parametrize(
    ("week", "within"),
    [
        # The first of these weeks has room for it, every other closing does not.
        ({"fri": ["09:00-15:00"]}, "680h"),
        ({"mon": ["10:00-10:30"]}, "60h"),
    ],
)
def test_hours_must_hold_a_deadline_from_any_closing(week: dict[str, list[str]], within: str) -> None:
    raw = raw_settings(hours={"shop": {"week": week}}, **a_target(within=within, hours="shop"))
    assert "open too seldom" in problems(raw)["targets.first_reply.question"]


def test_settings_in_force_are_not_refused_for_a_slip_that_an_earlier_version_let_pass() -> None:
    raw = raw_settings(**a_target(within="1h", high="2h"))
    found = parse_settings(raw, stored=True)
    assert found.policy.first_reply[Kind.QUESTION, Urgency.HIGH].within == minutes(120)
    with pytest.raises(SettingsInvalid, match="no such key"):
        parse_settings({**raw, "colour": "green"}, stored=True)


@pytest.mark.parametrize(
    ("area", "key", "value"),
    [
        ("incidents", "publish_over", None),
        ("wording", "automatic_update", "We see {title}."),
        ("alerts", "digest_over", 5),
    ],
)
def test_keys_that_are_gone_are_named_in_a_file_and_passed_over_where_they_are_stored(
    area: str, key: str, value: object
) -> None:
    raw = json.loads(validated(raw_settings()).model_dump_json())
    known = parse_settings(raw, stored=True)
    raw[area][key] = value
    assert "this key is gone" in problems(raw)[f"{area}.{key}"]
    assert parse_settings(raw, stored=True) == known


SLACK = "https://hooks.slack.com/services/T1/B2/made-up"
SECRET = "whsec_bWFkZSB1cCBmb3IgdGhpcyBleGFtcGxlIGZpbGU="
ROOM_STAGE = {"name": "half", "at": "50%", "send": [{"to": "room"}, {"to": "duty", "by": "email"}]}


def with_room(stage: bool = True, **room: Any) -> dict[str, Any]:
    alerts = {"alerts": {"stages": [ROOM_STAGE]}} if stage else {}
    return raw_settings(rooms=[{"id": "care", "name": "#care", **room}], **alerts)


def test_a_stage_tells_a_room_beside_people() -> None:
    found = parse_settings(with_room(slack=SLACK))
    assert found.policy.stages[0].send == ((Audience.ROOM, Channel.ROOM), (DUTY, EMAIL))
    (room,) = found.roster.audience(Audience.ROOM, NOON)
    assert (room.staff_id, room.addresses) == ("care", {Channel.ROOM: SLACK})
    assert found.roster.find(room.staff_id) is room
    assert room not in found.roster.audience(DUTY, NOON)
    signed = parse_settings(with_room(webhook="https://hooks.example/x?y=1", secret=SECRET)).roster.rooms[0]
    assert signed.addresses[Channel.ROOM] == f"{SECRET} https://hooks.example/x?y=1"


@pytest.mark.parametrize(
    ("raw", "path", "what"),
    [
        (raw_settings(alerts={"stages": [ROOM_STAGE]}), "alerts.stages", "there are none"),
        (raw_settings(incidents={"tell": [{"to": "room"}]}), "incidents.tell", "there are none"),
        (with_room(), "rooms.0", "either slack or webhook"),
        (with_room(slack=SLACK, webhook="https://a.example", secret=SECRET), "rooms.0", "either slack or webhook"),
        (with_room(webhook="https://a.example"), "rooms.0", "needs a secret"),
        (with_room(webhook="https://a.example", secret="whsec_YQ=="), "rooms.0.secret", "24 to 64 bytes"),
        (with_room(webhook="http://a.example", secret=SECRET), "rooms.0.webhook", ""),
        (with_room(webhook="https://a@b.example", secret=SECRET), "rooms.0.webhook", ""),
        (with_room(slack="https://hooks.slack.com.evil.example/x"), "rooms.0.slack", ""),
        ({**with_room(slack=SLACK), "rooms": [{"id": "ana", "name": "x", "slack": SLACK}]}, "rooms.0.id", "differ"),
        (
            raw_settings(alerts={"stages": [{**STAGE, "send": [{"to": "lead", "by": "room"}]}]}),
            "alerts.stages.0.send.0.by",
            "by email or text",
        ),
        (
            raw_settings(alerts={"stages": [{**STAGE, "send": [{"to": "room", "by": "text"}]}]}),
            "alerts.stages.0.send.0.by",
            "leave this key out",
        ),
        (
            raw_settings(alerts={"stages": [{**STAGE, "send": [{"to": "lead"}]}]}),
            "alerts.stages.0.send.0.by",
            "by email or text",
        ),
    ],
)
def test_rooms_that_nothing_could_reach_are_refused(raw: dict[str, Any], path: str, what: str) -> None:
    assert what in problems(raw)[path]


@pytest.mark.parametrize(
    ("raw", "path", "what"),
    [
        (with_room(slack="http://hooks.slack.com/services/T1/B2/hidden"), "rooms.0.slack", "does not fit"),
        (with_room(webhook="https://me:hidden@a.example/", secret=SECRET), "rooms.0.webhook", "does not fit"),
        (with_room(webhook="https://a.example/", secret="hidden"), "rooms.0.secret", "does not fit"),
        (with_room(webhook="https://a.example/", secret=["hidden"]), "rooms.0.secret", "is not text"),
        (raw_settings(rooms=["https://hooks.slack.com/services/hidden"]), "rooms.0", "is not a group"),
        (raw_settings(rooms="https://hooks.slack.com/services/hidden"), "rooms", "is not a list"),
        (
            raw_settings(events={"endpoints": [{"id": "a", "url": "http://a.example/hidden"}]}),
            "events.endpoints.0.url",
            "'http://a.example...' does not fit",
        ),
    ],
)
def test_a_problem_does_not_repeat_a_secret(raw: dict[str, Any], path: str, what: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        parse_settings(raw)
    assert what in dict(problems(raw))[path]
    assert "hidden" not in str(invalid.value)


# --- events ---------------------------------------------------------------------------------------------


def with_endpoint(**keys: Any) -> dict[str, Any]:
    return raw_settings(events={"endpoints": [{"id": "crm", "url": "https://crm.example/in?x=1", **keys}]})


def test_endpoints_want_all_types_and_no_text_unless_they_say_so() -> None:
    (plain,) = parse_settings(with_endpoint()).events.endpoints
    assert (plain.endpoint_id, plain.url, plain.types, plain.text) == ("crm", "https://crm.example/in?x=1", (), False)
    (chosen,) = parse_settings(with_endpoint(types="case.*", text=True)).events.endpoints
    assert (chosen.types, chosen.text) == (("case.*",), True)
    assert parse_settings(raw_settings()).events.endpoints == ()


@pytest.mark.parametrize(
    ("raw", "path", "what"),
    [
        (with_endpoint(url="http://crm.example/"), "events.endpoints.0.url", "begins with https://"),
        (with_endpoint(url="https://me:secret@crm.example/"), "events.endpoints.0.url", "without a name"),
        (with_endpoint(id="CRM"), "events.endpoints.0.id", "lower-case letters"),
        (with_endpoint(id="bus"), "events.endpoints", "EventBridge's bus"),
        (with_endpoint(types=["case.opend"]), "events.endpoints.0.types.0", "there are no events 'case.opend'"),
        (with_endpoint(types=["*"]), "events.endpoints.0.types.0", "case.*, reply.*, incident.*, report.*"),
        (raw_settings(events={"endpoints": [{"id": "a", "url": "https://a.example"}] * 2}), "events.endpoints", "ids"),
    ],
)
def test_endpoints_that_could_get_nothing_are_refused(raw: dict[str, Any], path: str, what: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        parse_settings(raw)
    ((keys, problem),) = refused.value.problems
    assert ".".join(map(str, keys)) == path
    assert what in problem
