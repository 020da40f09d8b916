"""Settings of care: figures, the review of replies, and the policy for people who only attack."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mentiondesk.domain.desk import FiguresRules
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.praise import MOST_MONTHS, PraiseRules
from mentiondesk.domain.review.sample import ReviewRules
from mentiondesk.domain.strikes.record import LEAST, DeedPrices, StrikeRule, StrikeRules
from mentiondesk.settings.model import Misfit, Model
from mentiondesk.settings.replies import Dollars
from mentiondesk.settings.types import Length

_Percent = Annotated[int, Field(ge=0, le=100)]


class FiguresTargetsSettings(Model):
    """The shares, in percent, that the brand wants to reach, and the share of ignored customers that it accepts."""

    within_30m: _Percent | None = None
    within_1h: _Percent | None = None
    within_24h: _Percent | None = None
    in_target: _Percent | None = None
    ignored: _Percent | None = None


class FiguresSettings(Model):
    """The week's figures by mail, and the brand's targets for them."""

    mail: bool = True
    targets: FiguresTargetsSettings = FiguresTargetsSettings()

    def to_rules(self) -> FiguresRules:
        """The rules as the rest of the package uses them."""
        return FiguresRules(self.mail, Targets(**dict(self.targets)))


class ReviewSettings(Model):
    """The sample of replies that is reviewed: a share of all, and so many of each person and week at least."""

    rate: float = Field(default=ReviewRules().rate, ge=0, le=1)
    least: int = Field(default=ReviewRules().least, ge=0, le=20)


class PraiseSettings(Model):
    """Loyal customers: those who praised in so many of the last months."""

    loyal: int = Field(default=PraiseRules().loyal, ge=1, le=MOST_MONTHS)
    months: int = Field(default=PraiseRules().months, ge=1, le=MOST_MONTHS)
    urgency: Literal[Urgency.NORMAL, Urgency.HIGH] | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.loyal > self.months:
            raise Misfit("loyal is more than months; nobody praises in more months than there are", "loyal")
        return self


class StrikeRuleSettings(Model):
    """A rule that posts can break."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")
    sentence: str = Field(min_length=1, max_length=200)


class DeedPricesSettings(Model):
    """X's prices of measures, in dollars."""

    hide: Dollars = DeedPrices().hide
    unhide: Dollars = DeedPrices().unhide
    mute: Dollars = DeedPrices().mute
    unmute: Dollars = DeedPrices().unmute


class StrikesSettings(Model):
    """The rule table, and the strikes within a window before a measure: three or more."""

    rules: tuple[StrikeRuleSettings, ...] = Field(default=(), max_length=20)
    least: int = Field(default=LEAST, ge=LEAST, le=20)
    window: Length = Field(default=StrikeRules().window, ge=timedelta(days=1), le=timedelta(days=365))
    lasts: Length = Field(default=StrikeRules().lasts, ge=timedelta(days=1), le=timedelta(days=365))

    prices: DeedPricesSettings = DeedPricesSettings()

    @field_validator("rules")
    @classmethod
    def _named_once(cls, rules: tuple[StrikeRuleSettings, ...]) -> tuple[StrikeRuleSettings, ...]:
        ids = [one.id for one in rules]
        for one in ids:
            if ids.count(one) > 1:
                raise ValueError(f"two rules have the id {one!r}; ids must differ")
        return rules

    def to_rules(self) -> StrikeRules:
        """The table as the rest of the package uses it."""
        rules = tuple(StrikeRule(one.id, one.sentence) for one in self.rules)
        return StrikeRules(rules, self.least, self.window, self.lasts, DeedPrices(**dict(self.prices)))
