"""Words from X, made safe to show."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.text import clean, defang, quotable, spoken


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  two\n\nlines\tand  spaces ", "two lines and spaces"),
        ("nul\0 bell\a escape\x1b[0m", "nul bell escape[0m"),
        ("\u202egpj.exe", "gpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud800", "half"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("日本語 Ünïcödé العربية", "日本語 Ünïcödé العربية"),
        ("", ""),
    ],
)
def test_only_what_a_reader_can_see_is_left(written: str, shown: str) -> None:
    assert clean(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://a.example/x?y=1", "see a[.]example/x?y=1"),
        ("HTTP://A.Example", "A[.]Example"),
        ("www.a.example", "www[.]a[.]example"),
        ("me@a.example", "me@a[.]example"),
        ("http:http:////a.example", "a[.]example"),
        ("spotify://track", "track"),
        ("It is 3.5 days late. Really... e.g.", "It is 3.5 days late. Really... e.g."),
        ("ratio 3:1, and/or // maybe", "ratio 3:1, and/or // maybe"),
        ("go to http://10.20.30.40:8080/x", "go to 10[.]20[.]30[.]40:8080/x"),
        ("🦊.example and www.🦊.example", "🦊[.]example and www[.]🦊[.]example"),
        ("(shop).example", "(shop)[.]example"),
        ("Hm...ok then, version 1.2.3", "Hm...ok then, version 1.2.3"),
    ],
)
def test_links_are_dead(written: str, shown: str) -> None:
    assert defang(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ring 07700 900123", "ring 07700_900_123"),
        ("+44 (0)20-7946.0018", "+44_0_20_7946_0018"),
        ("tel:5550123456", "tel:55501_23456"),
        ("order 1234567 and 654321", "order 1234_567 and 654321"),
        ("12.50 on 3 May, 10:00 to 11:30, 1,000,000", "12.50 on 3 May, 10:00 to 11:30, 1,000,000"),
    ],
)
def test_no_phone_offers_to_call_a_number(written: str, shown: str) -> None:
    assert defang(written) == shown


@profile(derandomize=True, max_examples=300)
@given(st.text("0123456789 -.()/+", max_size=40))
def test_a_number_that_is_no_phone_number_any_more_has_the_same_digits(text: str) -> None:
    shown = defang(text)
    assert re.sub(r"\D", "", shown) == re.sub(r"\D", "", text)
    assert not re.search(r"\d([ ().\-/]{0,3}\d){6}", shown)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("@shop @ana_9 it broke", "it broke"),
        ("＠shop, it broke @shop", "it broke @shop"),
        ("  @shop:\n@ana hello", "hello"),
        ("@shop", "@shop"),
        ("@shop’s mug broke", "@shop’s mug broke"),
        ("me@shop.example wrote", "me@shop.example wrote"),
        ("no handle", "no handle"),
    ],
)
def test_handles_in_front_are_no_words_of_the_customer(written: str, said: str) -> None:
    assert spoken(written) == said


def test_long_words_are_cut_with_a_mark() -> None:
    assert quotable("four five six", 13) == "four five six"
    assert quotable("four five six", 10) == "four five…"
    assert quotable("four five six", 11) == "four five…"


_any_text = (
    st.text(max_size=80) | st.text(st.characters(codec=None), max_size=40) | st.text("ahtp:/.\u200d \n", max_size=40)
)


@profile(derandomize=True, deadline=None, max_examples=500)
@given(_any_text, st.integers(1, 60))
def test_whatever_was_written_is_one_safe_line_of_the_length_asked_for(text: str, length: int) -> None:
    shown = quotable(text, length)
    assert len(shown) <= length
    assert shown == shown.strip()
    assert not [c for c in shown if unicodedata.category(c)[0] == "C" and c != "\u200d"]
    assert not re.search(r"[A-Za-z][A-Za-z0-9+.-]*://", shown)
    assert not re.search(r"[^\W_]\.[^\W\d_]{2}", shown)
    assert clean(shown) == shown
    assert defang(shown) == shown
