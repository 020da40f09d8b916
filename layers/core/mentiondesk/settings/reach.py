"""Settings of reach: look-ups of customers, and what draws attention to a complaint."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.profile import Band, ReachRules
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.settings.model import Misfit, Model

_Account = Annotated[str, Field(pattern=r"^\d{1,20}$")]


class BandSettings(Model):
    """Customers with so many followers or more, and the urgency of their complaints."""

    name: str = Field(min_length=1, max_length=40)
    followers: int = Field(ge=1)
    urgency: Literal[Urgency.HIGH, Urgency.CRITICAL]


class ReachSettings(Model):
    """Look-ups of customers on X, and what draws attention to a complaint.

    Without `bands`, there are two: from `high` and from `critical` followers on.
    """

    look_up: bool = True
    high: int = Field(default=ReachRules().high, ge=1)
    critical: int = Field(default=ReachRules().critical, ge=1)
    per_repost: int = Field(default=ReachRules().per_repost, ge=0, le=10_000)
    pile_on: int = Field(default=ReachRules().pile_on, ge=1)
    thread: int = Field(default=ReachRules().thread, ge=2, le=100)
    bands: tuple[BandSettings, ...] | None = Field(default=None, max_length=10)
    known_haters: tuple[_Account, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.critical < self.high:
            raise Misfit("critical is less than high; give it as many readers or more", "critical")
        return self

    @field_validator("bands")
    @classmethod
    def _rising(cls, bands: tuple[BandSettings, ...] | None) -> tuple[BandSettings, ...] | None:
        counts = [one.followers for one in bands or ()]
        if counts != sorted(set(counts)):
            raise ValueError("each band begins with more followers than the one before it; put them in this order")
        return bands

    def to_rules(self) -> ReachRules:
        """The rules as the rest of the package uses them."""
        low, top = ReachRules().bands
        default = (Band(low.name, self.high, low.urgency), Band(top.name, self.critical, top.urgency))
        bands = default if self.bands is None else tuple(Band(**dict(one)) for one in self.bands)
        return ReachRules(
            look_up=self.look_up,
            high=self.high,
            critical=self.critical,
            per_repost=self.per_repost,
            pile_on=self.pile_on,
            thread=self.thread,
            bands=bands,
            known_haters=frozenset(map(UserId, self.known_haters)),
        )
