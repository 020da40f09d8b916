"""The policy page: a strike with evidence, a second person, a measure, its end."""

import re

from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.ids import CaseId
from tests.support.builders import said, settings_file
from tests.support.served_desk import TEAM, ServedDesk, settings_file_policy, waiting

RULES = [{"id": "slur", "sentence": "Insults somebody for who they are."}]


def served(rules: list[dict[str, str]]) -> tuple[ServedDesk, str]:
    desk = ServedDesk()
    SettingsVersions(desk.desk.table).store(settings_file(staff=TEAM, strikes={"rules": rules}), desk.now)
    case_id = waiting(desk.desk, 1, "You are all idiots")
    desk.enter("ana")
    return desk, f"/desk/cases/{case_id.conversation}-{case_id.customer}/policy"


def test_without_rules_there_are_no_strikes() -> None:
    desk, path = served([])
    assert "no rules in the settings" in desk.get(path).html


def test_a_strike_needs_a_second_person_and_the_page_says_how_many_are_left() -> None:
    desk, path = served(RULES)
    assert path in desk.get(path.removesuffix("/policy")).html
    page = desk.get(path)
    assert "3 more strikes" in page.html
    form = page.page.form("strike")
    post = re.findall(r'name="(post_\d+)"', page.html)[0]
    assert desk.ask("POST", path, {**form, "rule": "slur"}).status == 422
    asked = desk.ask("POST", path, {**form, "rule": "slur", post: "yes"})
    assert asked.status == 303
    shown = desk.get(path)
    assert "Waits for another person" in shown.html
    strike_id = shown.page.form("withdraw")["id"]
    assert desk.ask("POST", path, {"action": "confirm_strike", "id": strike_id}).status == 403
    with desk.by("mo"):
        assert desk.ask("POST", path, {"action": "confirm_strike", "id": strike_id}).status == 303
        assert "2 more strikes" in desk.get(path).html
    refused = desk.ask("POST", path, {**form, "action": "ask", "measure": "mute"})
    assert (refused.status, "Too few strikes" in refused.html) == (422, True)
    desk.ask("POST", path, {"action": "withdraw", "id": strike_id, "reason": "A joke"})
    assert "3 more strikes" in desk.get(path).html
    assert "A joke" in desk.get(path).html


def insulted() -> tuple[ServedDesk, str]:
    """A desk with rules, and the policy page of a customer with three posts."""
    desk, path = served(RULES)
    cases, policy = desk.desk.cases, settings_file_policy()
    conversation, _, customer = path.split("/")[3].partition("-")
    for minute in (1, 2):
        case, entry = cases.get(CaseId.parse(f"{conversation}#{customer}")), said(minute, words=f"Idiots {minute}")
        assert case is not None
        cases.save(case_change(case, apply(case, entry, policy), entry))
    return desk, path


def measured(desk: ServedDesk, path: str, measure: str) -> None:
    """Three strikes and a measure, as two people press the buttons."""
    for number in range(3):
        page = desk.get(path)
        post = re.findall(r'name="(post_\d+)"', page.html)[number]
        form = page.page.form("strike")
        desk.ask("POST", path, {**form, "rule": "slur", post: "yes"})
        with desk.by("mo"):
            assert desk.ask("POST", path, desk.get(path).page.form("confirm_strike")).status == 303
    desk.ask("POST", path, {**desk.get(path).page.form("ask"), "measure": measure})
    with desk.by("mo"):
        assert desk.ask("POST", path, desk.get(path).page.form("confirm")).status == 303


def test_the_page_names_the_price_and_what_x_does() -> None:
    desk, path = insulted()
    measured(desk, path, "mute")
    shown = desk.get(path).html
    assert "The desk does it on X within a minute." in shown
    assert "X charges $0.015 now and $0.005 at its end." in shown
    assert "Confirmed by Mo" in shown


def test_a_block_is_a_task_with_a_button() -> None:
    desk, path = insulted()
    measured(desk, path, "block")
    page = desk.get(path)
    assert "Block this account" in page.html
    assert desk.ask("POST", path, {"action": "done", "id": "block-1-on"}).status == 422
    assert desk.ask("POST", path, page.page.form("done")).status == 303
    done = desk.get(path).html
    assert "The account is blocked" in done
    assert "in the X app, by Ana" in done
    assert "To be done in the X app" not in done


def test_what_is_no_case_and_no_act_is_refused() -> None:
    desk, path = served(RULES)
    assert desk.ask("POST", path, {"action": "banish"}).status == 400
    assert desk.get("/desk/cases/x/policy").status in (404, 410)
