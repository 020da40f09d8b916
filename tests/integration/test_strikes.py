"""The policy page: a strike with evidence, a second person, a measure, its end."""

import re

from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from tests.support.builders import settings_file
from tests.support.served_desk import TEAM, ServedDesk, waiting

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


def test_what_is_no_case_and_no_act_is_refused() -> None:
    desk, path = served(RULES)
    assert desk.ask("POST", path, {"action": "banish"}).status == 400
    assert desk.get("/desk/cases/x/policy").status in (404, 410)
