"""Saved replies: variables, slots, owners and the last day."""

from datetime import date

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.replies.saved import SavedReply, filled, first_name, slots, unknown_variables


def test_variables_take_their_value_or_the_text_behind_the_bar() -> None:
    text = "Hi {first_name|there}, {agent} here{number|}"
    assert filled(text, {"first_name": "Priya", "agent": "Ana"}) == "Hi Priya, Ana here"
    assert filled(text, {"agent": "Ana"}) == "Hi there, Ana here"


def test_a_variable_without_value_and_text_stays() -> None:
    assert filled("Hi {first_name}", {}) == "Hi {first_name}"


def test_a_value_is_text_and_no_variable() -> None:
    assert filled("{first_name|you} {agent}", {"first_name": "{agent}", "agent": "Ana"}) == "{agent} Ana"


def test_slots_are_words_in_brackets() -> None:
    assert [one[1] for one in slots("By [which day] at the [Hauptstraße] [1/2] []")] == ["which day", "Hauptstraße"]


def test_unknown_variables_are_named() -> None:
    assert unknown_variables("{first_name} {surname|x} {}") == ["surname", ""]


def test_own_and_expired_ones_are_not_offered_to_others() -> None:
    day, ana, ben = date(2026, 5, 1), StaffId("ana"), StaffId("ben")
    own = SavedReply("k", "t", ("x",), owner=ana)
    assert (own.offered(day, ana), own.offered(day, ben)) == (True, False)
    ends = SavedReply("k", "t", ("x",), expires=day)
    assert (ends.offered(day, ben), ends.offered(date(2026, 5, 2), ben)) == (True, False)


def test_customers_get_different_texts_and_each_the_same_again() -> None:
    one = SavedReply("k", "t", ("a", "b", "c"))
    texts = [one.text_for(str(number)) for number in range(40)]
    assert set(texts) == {"a", "b", "c"}
    assert texts == [one.text_for(str(number)) for number in range(40)]


def test_first_names_are_taken_from_names_that_look_like_them() -> None:
    assert [first_name(name) for name in ("Priya Shah", "xX_deals_Xx", "MEGA SALE", "", "Zoë", "J. Doe")] == [
        "Priya",
        "",
        "",
        "",
        "Zoë",
        "",
    ]
