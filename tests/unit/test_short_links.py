"""Short links: room for words in a text, the same rights behind them, and nothing in the table that acts."""

import pytest

from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.tokens.links import NoLinkKeys, SignedLinks
from mentiondesk.adapters.tokens.short_links import ShortLinks
from mentiondesk.domain.access.links import LinkForged
from mentiondesk.domain.alerts.notices import CaseNotice
from mentiondesk.domain.ids import CaseId, IncidentId, StaffId, SubjectId
from mentiondesk.presentation.staff_messages.gsm7 import segments
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, a_case
from tests.unit.test_links import ANA, KEY, URL, links
from tests.unit.test_messages import a_notice, email, text


def token_of(made: str | None) -> str:
    assert made is not None
    return made.rpartition("/")[2]


@pytest.mark.parametrize("subject_id", [CASE_ID, CaseId.parse("not-a-number#9"), IncidentId("i-1")])
def test_a_short_link_leads_to_the_rights_of_a_whole_one(subject_id: SubjectId) -> None:
    short = ShortLinks(links(), MemoryTable())
    token, whole = token_of(short(ANA, subject_id, NOON)), token_of(links()(ANA, subject_id, NOON))
    assert len(token) == 12
    assert short.read(token) == short.read(whole)


def test_the_table_holds_no_token() -> None:
    table = MemoryTable()
    token = token_of(ShortLinks(links(), table)(ANA, CASE_ID, NOON))
    (item,) = table.scan()
    assert token not in str(item)
    assert item.get("expires_at"), "TTL removes it when its time is over"


def test_every_link_is_another() -> None:
    short = ShortLinks(links(), MemoryTable())
    assert short(ANA, CASE_ID, NOON) != short(ANA, CASE_ID, NOON)


@pytest.mark.parametrize("token", ["abcdefghijkl", "", "a" * 13, "é" * 12, "a" * 5000])
def test_a_token_that_was_never_made_is_forged(token: str) -> None:
    with pytest.raises(LinkForged):
        ShortLinks(links(), MemoryTable()).read(token)


def test_a_replacement_of_the_key_ends_short_links() -> None:
    table = MemoryTable()
    token = token_of(ShortLinks(links("old"), table)(ANA, CASE_ID, NOON))
    assert ShortLinks(links("old", "new"), table).read(token).staff_id == ANA, "while both are believed"
    with pytest.raises(LinkForged):
        ShortLinks(links("new"), table).read(token)


def test_a_new_key_is_read_when_a_token_is_unknown() -> None:
    table = MemoryTable()
    token = token_of(ShortLinks(links("old", "new"), table)(ANA, CASE_ID, NOON))
    stale = SignedLinks(lambda unknown: ("old", "new") if unknown else ("old",), URL)
    assert ShortLinks(stale, table).read(token).subject_id == CASE_ID


def test_without_keys_or_an_address_there_is_no_link() -> None:
    def none(unknown: bool) -> tuple[str, ...]:
        del unknown
        raise NoLinkKeys

    assert ShortLinks(SignedLinks(none, URL), MemoryTable())(ANA, CASE_ID, NOON) is None
    assert ShortLinks(links(url=""), MemoryTable())(ANA, CASE_ID, NOON) is None


def test_a_form_behind_a_short_link_knows_its_own_presses() -> None:
    short = ShortLinks(links(KEY), MemoryTable())
    token = token_of(short(ANA, CASE_ID, NOON))
    event = short.new_event(token, NOON)
    assert short.event_id(token, event).startswith("2026-")
    with pytest.raises(LinkForged):
        short.event_id("abcdefghijkl", event)


@pytest.mark.parametrize(
    "words", ["Заказ не пришёл, уже пятый день жду", "注文がまだ届きません。もう五日", "لم يصل طلبي بعد منذ خمسة أيام"]
)
def test_a_text_in_another_script_keeps_its_words_beside_the_longest_address(words: str) -> None:
    address = "https://abcdefghij.execute-api.ap-southeast-2.amazonaws.com"
    act = ShortLinks(links(url=address), MemoryTable())(ANA, CASE_ID, NOON)
    told = text(replace(a_notice(words), act=act))
    assert told.endswith(f" {act}")
    assert words[:20] in told
    assert segments(told) <= 2


def test_a_mail_names_the_owner_of_a_case() -> None:
    owned = CaseNotice(a_case(owner=StaffId("bo")), a_notice().alert, owner_name="Bo Dahl")
    assert "claimed by Bo Dahl" in email(owned).text
