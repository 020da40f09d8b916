"""The pages behind links, whatever is typed into their forms."""

from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from infra.local.forms import HtmlPage
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.tokens.links import SignedLinks
from mentiondesk.domain.access.actions import CASE_ACTIONS, DESK_ACTIONS, INCIDENT_ACTIONS, REPLY_ACTIONS, Action
from mentiondesk.domain.access.links import Link
from mentiondesk.domain.cases.case import (
    AlreadyYours,
    CaseNotClosed,
    CaseRefuses,
    NoGrowth,
    NotSilent,
    NoWordOwed,
    RunsOn,
)
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import STAFF_COMMANDS, CaseCommand, SnoozeFor, StaffCommand
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.commands import (
    IncidentCommand,
    OpenIncident,
    PostUpdate,
    Publish,
    ResolveIncident,
    WiderCommand,
)
from mentiondesk.domain.incidents.incident import Health, Impact, Incident, Status
from mentiondesk.domain.timeline import (
    WRITTEN,
    Act,
    AttentionGrew,
    CaseAct,
    CaseActEntry,
    GoBackStarted,
    IncidentEntry,
    IncidentJoined,
    LookedUp,
    ReplyQueued,
    ReplyRefused,
    Undone,
)
from mentiondesk.presentation import rendering
from mentiondesk.presentation.action_pages.actions import ActionPages
from mentiondesk.presentation.action_pages.acts import (
    CASE_ACTS,
    DESK_ACTS,
    INCIDENT_ACTS,
    OWN_FORMS,
    case_command,
    incident_command,
    texts_of,
)
from mentiondesk.presentation.action_pages.answers import REFUSALS, Refusal, case_refusal
from mentiondesk.presentation.action_pages.fields import texts
from mentiondesk.presentation.action_pages.forms import REASONS
from mentiondesk.presentation.action_pages.reading import (
    Fault,
    FormInvalid,
    MalformedForm,
    PayloadTooLarge,
    UnsupportedMediaType,
    typed_in,
)
from mentiondesk.presentation.action_pages.record import record_line
from mentiondesk.presentation.wording import Sentences, catalogue
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, a_case, a_story, at, said, settings
from tests.support.examples import a_value, example

FORM = "application/x-www-form-urlencoded"
COMPONENTS = settings(status_page={"components": [{"id": "shop", "name": "Shop"}, {"id": "van", "name": "Vans"}]})
KEEP = timedelta(days=400)
ZONE = ZoneInfo("Europe/London")
INCIDENT = Incident(IncidentId("20260617-1"), Status.CANDIDATE, "Checkout fails", NOON, NOON)


class Office:
    """The pages over stores in memory."""

    def __init__(self, told: DeskSettings = COMPONENTS) -> None:
        table = MemoryTable()
        self.cases, self.incidents = Cases(table, lambda: KEEP), Incidents(table, lambda: KEEP)
        self.cases.save(case_change(None, a_case(), said(0)))
        self.incidents.add(incident_change(None, INCIDENT))
        self.links = SignedLinks(lambda _: ("a made-up key",), "https://desk.example")
        self.pages = ActionPages(
            self.links,
            ChangeCase(self.cases, lambda: told),
            ChangeIncident(self.incidents, Drafts(table, lambda: KEEP), lambda: told, lambda _: None),
            ChangeDuty(DutyChanges(table)),
            lambda: told,
        )
        self.case_token = self.links.token(Link(StaffId("ana"), CASE_ID, CASE_ACTIONS, at(600)))
        self.incident_token = self.links.token(Link(StaffId("ana"), INCIDENT.incident_id, INCIDENT_ACTIONS, at(600)))


_words = st.text(max_size=40) | st.sampled_from(
    ["<script>alert(1)</script>", "'\"><img src=x>", "{{ 7*7 }}", "\u202eabc", "\x00", "x" * 3000, "other", *REASONS]
)
_values = _words | st.sampled_from([*Action, *Status, *Impact, *Health, *SnoozeFor])
_names = st.sampled_from(
    ["reason", "written", "hold", "title", "impact", "body", "status", "occasion", "health.shop", "health.van", "x"]
)
_forms = st.dictionaries(_names, _values, max_size=8)


@profile(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(Action), _forms), min_size=1, max_size=4))
def test_whatever_is_typed_is_answered_with_a_page_that_holds_no_markup_of_it(
    presses: list[tuple[Action, dict[str, str]]],
) -> None:
    office = Office()
    expected = {HTTPStatus.OK, HTTPStatus.CONFLICT, *(told.status for told in REFUSALS.values())}
    for minute, (action, typed) in enumerate(presses, start=10):
        for token in (office.case_token, office.incident_token):
            event = office.links.new_event(token, at(minute))
            body = urlencode({**typed, "action": action, "event": event}).encode("utf-8", "surrogatepass")
            try:
                sent = typed_in(body, FORM)
            except MalformedForm:
                continue
            answer = office.pages.press(token, sent, at(minute))
            assert answer.status in expected
            page = HtmlPage.of(answer.html)
            assert not {"script", "img"} & set(page.tags)
            assert "\u202e" not in unescape(answer.html)
            assert "\x00" not in answer.html


def test_a_form_s_fields_come_without_what_cannot_be_seen() -> None:
    body = urlencode({"body": " one\u202e \r\n\r\ntwo\x00 ", "action": "update"}).encode()
    assert typed_in(body, f"{FORM}; charset=UTF-8") == {"body": "one\n\ntwo", "action": "update"}


@pytest.mark.parametrize(
    ("body", "media", "refusal"),
    [
        (b"x" * 32_769, FORM, PayloadTooLarge),
        (b"a=1", "text/plain", UnsupportedMediaType),
        (b"a=1", "", UnsupportedMediaType),
        (b"a=1&a=2", FORM, MalformedForm),
        (b"\xff=1", FORM, MalformedForm),
        (b"a=%ff", FORM, MalformedForm),
        (urlencode({f"f{n}": "" for n in range(151)}).encode(), FORM, MalformedForm),
    ],
)
def test_what_no_browser_sends_is_no_form(body: bytes, media: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        typed_in(body, media)


def test_the_longest_text_in_any_alphabet_is_not_too_long() -> None:
    longest = {"body": "界" * 2000, "title": "界" * 120, "event": "x" * 100, "action": "publish", "impact": "major"}
    healths = {f"health.{'x' * 38}{n:02}": Health.DEGRADED_PERFORMANCE for n in range(100)}
    assert len(typed_in(urlencode({**longest, **healths}).encode(), FORM)) == 105


def publish(typed: Mapping[str, str]) -> Publish:
    said = {"title": "T", "impact": "minor", "body": "B", **typed}
    act = incident_command(Action.PUBLISH, said, INCIDENT, COMPONENTS.page.components, ZONE)
    assert isinstance(act, Publish)
    return act


def test_only_components_that_are_not_well_are_published() -> None:
    assert [
        one.component for one in publish({"health.shop": "operational", "health.van": "major_outage"}).affected
    ] == ["van"]
    assert publish({}).affected == ()


def test_a_component_that_is_well_again_is_told_of() -> None:
    said = {"status": "monitoring", "body": "B", "health.shop": "operational", "health.van": "operational"}
    ill = replace(INCIDENT, status=Status.INVESTIGATING, affected=publish({"health.shop": "major_outage"}).affected)
    act = incident_command(Action.UPDATE, said, ill, COMPONENTS.page.components, ZONE)
    assert isinstance(act, PostUpdate)
    assert [(one.component, one.health) for one in act.affected] == [("shop", Health.OPERATIONAL)]


@pytest.mark.parametrize("action", sorted(CASE_ACTIONS))
def test_what_is_done_to_cases_is_no_act_on_an_incident(action: Action) -> None:
    with pytest.raises(MalformedForm):
        incident_command(action, {}, INCIDENT, (), ZONE)


def test_every_fault_of_a_form_is_told_at_once() -> None:
    with pytest.raises(FormInvalid) as invalid:
        publish({"title": "", "impact": "awful", "body": "", "health.shop": "?", "health.van": "?"})
    assert set(invalid.value.faults) == {"title", "impact", "body", "health.shop", "health.van"}
    with pytest.raises(FormInvalid) as invalid:
        incident_command(Action.RESOLVE, {}, INCIDENT, (), ZONE)
    assert invalid.value.faults == {"body": Fault("form.missing")}
    with pytest.raises(FormInvalid):
        case_command(Action.SNOOZE, {}, Sentences())


def test_words_have_as_many_characters_as_may_be_typed() -> None:
    act = incident_command(Action.RESOLVE, {"body": "x" * 2000}, INCIDENT, (), ZONE)
    assert act == ResolveIncident("x" * 2000)
    assert publish({"title": "x" * 120}).title == "x" * 120


def refusals(kind: type[CaseRefuses]) -> set[type[CaseRefuses]]:
    return {leaf for one in kind.__subclasses__() for leaf in (refusals(one) or {one})}


_BY_THE_DESK_ITSELF = {NoGrowth, NotSilent, NoWordOwed, RunsOn}


def test_every_refusal_has_words_of_its_own() -> None:
    told = [*REFUSALS.values(), *map(case_refusal, refusals(CaseRefuses) - _BY_THE_DESK_ITSELF)]
    assert {one.key for one in told} == {key.split(".")[1] for key in catalogue() if key.startswith("refusal.")}
    assert all({f"refusal.{one.key}.what", f"refusal.{one.key}.then"} <= set(catalogue()) for one in told)


def test_a_refusal_tells_whether_the_case_is_as_wanted() -> None:
    assert case_refusal(AlreadyYours) == Refusal(HTTPStatus.OK, "already_yours")
    assert case_refusal(CaseNotClosed) == Refusal(HTTPStatus.CONFLICT, "case_not_closed")


def test_every_right_is_an_act_of_a_page() -> None:
    """An act left out here would be a button that nobody sees."""
    assert set(CASE_ACTS) == CASE_ACTIONS
    assert set(INCIDENT_ACTS) == INCIDENT_ACTIONS


def test_every_command_is_an_act_unless_the_desk_gives_it_itself() -> None:
    assert sorted(map(str, STAFF_COMMANDS)) == sorted(map(str, StaffCommand.__subclasses__()))
    assert [kind.action for kind in CaseCommand.__subclasses__() if kind is not StaffCommand and kind.action] == []
    assert set(DESK_ACTS) | {OpenIncident.action} == set(CASE_ACTS) | DESK_ACTIONS
    assert len(DESK_ACTS) == len(STAFF_COMMANDS), "a right of its own"
    assert {command.action for command in get_args(IncidentCommand | WiderCommand)} == set(INCIDENT_ACTS)


def test_what_is_typed_into_a_command_has_its_bounds() -> None:
    """A field without them is the desk's to fill: such a command has a form of its own."""
    for command in set(STAFF_COMMANDS) - set(OWN_FORMS):
        kinds = get_type_hints(command).items()
        assert {name for name, kind in kinds if kind in (str, StaffId)} == set(texts(command)), command


@pytest.mark.parametrize("action", sorted(set(Action) - REPLY_ACTIONS))
def test_every_act_has_its_words_and_its_form(action: Action) -> None:
    assert f"act.{action}.done" in catalogue()
    assert {f"act.{action}.button", f"act.{action}.span.30m"} & set(catalogue())
    room = Path(rendering.__file__).parent / "templates"
    forms = (room / "action_pages/forms.html").read_text(encoding="utf-8")
    if f"{{% macro {action}(" not in forms:
        command, fields = DESK_ACTS[action], texts_of(action)
        assert set(command.__struct_fields__) == set(fields), "a form that part.act can make"
        labels = {f"act.{action}.{name}" for name in fields if name != "reason"}
        head = {f"act.{action}.summary"} if fields else set()
        assert {f"act.{action}.hint", f"act.{action}.button", *head, *labels} <= set(catalogue())


@pytest.mark.parametrize("entry", [*get_args(CaseActEntry), *get_args(IncidentEntry)])
def test_every_entry_of_the_timeline_has_its_line_in_the_history(entry: type[Act]) -> None:
    line = record_line(Sentences(), an_entry(entry), str)
    assert line.act in [sentence for key, sentence in catalogue().items() if key.startswith("record.")]


@pytest.mark.parametrize("entry", get_args(CaseActEntry))
def test_a_link_shows_nothing_that_a_colleague_wrote(entry: type[Act]) -> None:
    office, act = Office(), an_entry(entry)
    act = replace(act, **{name: "Mrs Flood" for name in WRITTEN if hasattr(act, name)})
    case = office.cases.get(CASE_ID)
    assert case is not None
    office.cases.save(case_change(case, replace(case, last=act.order), act))
    shown = office.pages.show(office.case_token, at(10))
    assert shown.status == HTTPStatus.OK
    assert "Flood" not in shown.html


@pytest.mark.parametrize("entry", get_args(CaseActEntry))
def test_a_case_keeps_nothing_that_a_colleague_wrote_but_why_it_was_closed(entry: type[Act]) -> None:
    """Links show what a case keeps, and notes are forgotten in its acts and its `reason` alone."""
    case, act = a_story(said(0)), an_entry(entry)
    act = replace(act, **{name: "Mrs Flood" for name in WRITTEN if hasattr(act, name)})
    assert "Flood" not in repr(replace(apply(case, act, settings().policy), reason=""))


@pytest.mark.parametrize("action", sorted(DESK_ACTIONS))
def test_a_link_does_no_act_of_the_desk_alone(action: Action) -> None:
    office = Office()
    typed = {"text": "a note", "to": "ana", "way": "phone", "urgency": "high", "incident": "i", "reason": "r"}
    event = office.links.new_event(office.case_token, at(10))
    pressed = office.pages.press(office.case_token, {**typed, "action": action, "event": event}, at(10))
    assert pressed.status == HTTPStatus.FORBIDDEN
    assert office.cases.timeline(CASE_ID) == [said(0)]


# Texts of acts that no colleague writes: ids, names of X's refusals, titles of incidents.
_NO_COLLEAGUE_S = {"entry_id", "undoes", "refusal", "title"}


@pytest.mark.parametrize("entry", get_args(CaseActEntry))
def test_a_text_in_an_act_is_known_for_a_colleague_s_or_not(entry: type[Act]) -> None:
    """Those of colleagues are forgotten with the customer's words, and shown at the desk only."""
    texts = {name for name, kind in get_type_hints(entry).items() if kind in (str, str | None)}
    assert texts <= {*WRITTEN, *_NO_COLLEAGUE_S}


# Facts of acts for the desk alone. A reply's id and author, and an incident's id, are in no line either.
_UNTOLD: dict[type[CaseAct], set[str]] = {
    Undone: {"reopens", "undoes"},
    LookedUp: {"metrics", "reach", "urgency"},
    AttentionGrew: {"metrics", "reach"},
    GoBackStarted: {"timer"},
    IncidentJoined: {"stops"},
    ReplyQueued: {"released"},
    ReplyRefused: {"reason"},
}


def own_facts(entry: type[CaseAct]) -> set[str]:
    return set(entry.__struct_fields__) - set(CaseAct.__struct_fields__) - {"reply_id", "author", "incident_id"}


def told_in_its_line(entry: type[CaseAct], name: str) -> bool:
    """True when the history says something else for another value of a field."""
    values = (a_value(get_type_hints(entry)[name], number) for number in (1, 2))
    one, other = (replace(an_entry(entry), **{name: value}) for value in values)
    return record_line(Sentences(), one, str) != record_line(Sentences(), other, str)


@pytest.mark.parametrize("entry", get_args(CaseActEntry))
def test_the_history_tells_every_fact_of_an_act(entry: type[CaseAct]) -> None:
    assert {name for name in own_facts(entry) if not told_in_its_line(entry, name)} == _UNTOLD.get(entry, set())


def an_entry(entry: type[Act]) -> Any:
    facts = {"entry_id": "e", "at": NOON, "after": (NOON, 1), "forgotten_at": None}
    return example(entry, **{name: fact for name, fact in facts.items() if name in entry.__struct_fields__})


def test_a_template_fills_the_form_and_publishes_nothing() -> None:
    template = {
        "name": "Down",
        "title": "Shop: down",
        "body": "On it.",
        "impact": "major",
        "components": {"shop": "major_outage"},
    }
    page = {"components": [{"id": "shop", "name": "Shop"}]}
    office = Office(settings(status_page=page, incidents={"templates": [template]}))
    shown = HtmlPage.of(office.pages.show(office.incident_token, NOON).html)
    assert "fill" not in shown.pressed("publish")
    filled = office.pages.press(office.incident_token, {**shown.form("publish"), "template": "0", "fill": "yes"}, NOON)
    form = HtmlPage.of(filled.html).form("publish")
    assert (form["title"], form["body"], form["impact"], form["health.shop"]) == (
        "Shop: down", "On it.", "major", "major_outage",
    )  # fmt: skip
    (incident,) = office.incidents.open()
    assert not incident.public
