"""Ways: how a conversation goes on once it has left the public thread."""

from enum import StrEnum


class Way(StrEnum):
    """A way to go on in private. X_DM is X's older direct message, X_CHAT its encrypted successor."""

    X_DM = "x_dm"
    X_CHAT = "x_chat"
    MAIL = "mail"
    PHONE = "phone"
    FORM = "form"
    ELSEWHERE = "elsewhere"


class Solved(StrEnum):
    """The grounds on which a matter counts as solved: our own word, the customer's, or their silence."""

    BY_US = "by_us"
    CUSTOMER = "customer"
    SILENCE = "silence"
