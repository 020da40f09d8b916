"""The length, the links, the price and the signature of a reply."""

from datetime import date
from decimal import Decimal

import pytest

from mentiondesk.domain.replies.length import weighted_length
from mentiondesk.domain.replies.links import belongs, links_in
from mentiondesk.domain.replies.price import X_PRICES, Prices, price_of
from mentiondesk.domain.replies.signature import Signature, SignedWith, signed


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("“quoted” – it’s…", 16 + 1),  # the ellipsis is outside of X's light ranges
        ("日本語", 6),
        ("한국", 4),
        ("😀", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽!", 3),
        ("🇩🇪🇫🇷", 4),
        ("1️⃣", 2),
        ("❤️", 2),
        ("e\u0301", 1),
        ("https://example.com/a/very/long/path?with=a&query=that-is-longer", 23),
        ("See https://a.de.", 4 + 23 + 1),
        ("shop.example.com", 23),
        ("Sorry.We look", 13),
        ("mail me@example.com", 19),
        ("3.5 or 09.30", 12),
    ],
)
def test_length_is_what_x_counts(text: str, length: int) -> None:
    assert weighted_length(text) == length


def test_links_are_found_as_x_finds_them() -> None:
    text = "Read https://www.Example.com:443/a?b, (help.example.co.uk/x) or user@example.com; not e.g. this.One"
    assert [(one.host, text[one.start : one.end]) for one in links_in(text)] == [
        ("example.com", "https://www.Example.com:443/a?b"),
        ("help.example.co.uk", "help.example.co.uk/x"),
    ]


def test_a_host_below_a_domain_belongs_to_it_and_a_look_alike_does_not() -> None:
    assert belongs("help.example.com", ("example.com",))
    assert not belongs("notexample.com", ("example.com",))
    assert not belongs("example.com.evil.net", ("example.com",))


def test_a_name_before_the_at_sign_of_a_link_is_not_its_host() -> None:
    assert [one.host for one in links_in("https://example.com@evil.net/")] == ["evil.net"]


def test_the_price_depends_on_links_on_the_mention_and_on_the_day() -> None:
    day = date(2026, 5, 1)
    assert price_of(X_PRICES, "Hello", day, summoned=True) == Decimal("0.010")
    assert price_of(X_PRICES, "Hello", day, summoned=False) == Decimal("0.015")
    assert price_of(X_PRICES, "See example.com", day, summoned=True) == Decimal("0.200")
    later = Prices(date(2027, 1, 1), Decimal(1), Decimal(2), Decimal(3))
    assert price_of((later, *X_PRICES), "Hello", day, summoned=True) == Decimal("0.010")
    assert price_of((later, *X_PRICES), "Hello", date(2027, 1, 1), summoned=True) == Decimal(1)
    assert price_of(X_PRICES, "Hello", date(2020, 1, 1), summoned=False) == Decimal("0.015")


def test_a_reply_is_signed_once() -> None:
    initials = Signature()
    assert signed("On its way. ", "Ana Reyes", initials) == "On its way. ^AR"
    assert signed("On its way. ^AR", "Ana Reyes", initials) == "On its way. ^AR"
    assert signed("Hi", "Ana Reyes", Signature(SignedWith.FIRST_NAME, "– ")) == "Hi – Ana"
    assert signed("Hi", "Ana Reyes", Signature(SignedWith.NOTHING)) == "Hi"
