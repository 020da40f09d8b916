"""Accounts that raise false alarms in turn: what they write is not published, and does not hide a real outage."""

from itertools import cycle

import pytest

from mentiondesk.domain.incidents.incident import Status
from tests.support.memory_desk import MemoryDesk

_PUPPETS, _ROUND = 5, 12
_CUSTOMERS_A_MINUTE = 5
# Minutes, and so ten customers: as long as it takes where nobody has raised a false alarm before.
_NOTICED_WITHIN = 2
_ENDINGS = ("again", "today", "hello?", "please help", "what now", "seriously", "third time", "any news", "on my phone")
_REAL = cycle(
    (
        "card declined at checkout",
        "cant pay, payment fails",
        "payment error on checkout",
        "checkout rejects my card",
        "paypal payment not working",
    )
)
_SLANDER = (
    "ceo Ada Lovelace arrested fraud, hacked accounts",
    "the owner is a nazi and the payment page is broken",
    "switch to AcmeShop now, checkout crashes",
    "bankruptcy filed, my money is gone",
    "Jane Roe 12 Acacia Road hacked my account",
    "fuck this shop, cannot log in",
)


def cry_wolf(desk: MemoryDesk, minute: int) -> None:
    """The same few accounts raise a false alarm; staff dismiss it ten minutes later."""
    for number in range(_PUPPETS):
        words = f"@FennelAndFinch checkout declined my card {_ENDINGS[number]} {minute}"
        desk.post(minute + number / 3, words, str(3000 + number), kind=None)
    desk.run(minute + 10)
    for incident in desk.incidents():
        if incident.open:
            desk.act_on_incident("ana", "dismiss", incident.incident_id, minute + 10)


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_a_real_outage_is_noticed_after_false_alarms_as_soon_as_without_them(rounds: int) -> None:
    desk, begins = MemoryDesk(), 0
    for number in range(rounds):
        cry_wolf(desk, begins)
        # Each pause is longer than the hold of the dismissal before, but for the last one.
        begins += _ROUND if number == rounds - 1 else 60 * 2**number + 15
    before = {one.incident_id for one in desk.incidents()}
    assert (rounds == 0) is not bool(before), "the false alarm is raised"
    for minute in range(_NOTICED_WITHIN):
        for number in range(_CUSTOMERS_A_MINUTE):
            person = minute * _CUSTOMERS_A_MINUTE + number
            words = f"@FennelAndFinch {next(_REAL)} {_ENDINGS[person % len(_ENDINGS)]} {person}"
            desk.post(begins + minute + number / 6, words, str(9000 + person), kind=None)
        desk.run(begins + minute + 1)
    (found,) = (one for one in desk.incidents() if one.incident_id not in before)
    assert (found.status, found.failure) == (Status.CANDIDATE, "payment fails")
    assert desk.told(since=begins), "people on duty hear of it"


@pytest.mark.parametrize("words", _SLANDER)
def test_no_number_of_accounts_puts_a_word_where_customers_read_it(words: str) -> None:
    desk = MemoryDesk()
    for number in range(40):
        text = f"@FennelAndFinch {words} {_ENDINGS[number % len(_ENDINGS)]} {number}"
        desk.post(number / 4, text, str(3000 + number), kind=None)
    desk.run(60)
    assert desk.incidents(), "the desk tells staff of it"
    for incident in desk.incidents():
        assert (incident.status, incident.public, incident.owner) == (Status.CANDIDATE, False, None)
        said = set(incident.title.casefold().replace(":", "").split())
        assert said.isdisjoint({"ada", "lovelace", "nazi", "acmeshop", "bankruptcy", "jane", "roe", "acacia", "fuck"})
