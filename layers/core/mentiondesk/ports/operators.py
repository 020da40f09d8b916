"""The people who look after the desk itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.troubles import Report, Told


class TroubleStore(Protocol):
    """Reports of troubles by the minute, and the troubles that the operators know of."""

    def report(self, counts: Mapping[str, int], now: datetime, detail: str = "") -> None:
        """Adds to this minute's counts; names that no rule knows and zeros are passed over.

        `detail` must hold no customer's words and no address.
        """

    def load(self, since: datetime) -> tuple[Iterable[Report], Iterable[Told]]:
        """The reports since a moment, and every trouble that was told and is not over."""

    def tell(self, told: Told) -> None: ...

    def forget(self, name: str) -> None: ...


class OperatorsChannel(Protocol):
    """The way out to the operators."""

    def tell(self, subject: str, text: str) -> None:
        """Hands one mail to the provider. Raises Undeliverable."""
