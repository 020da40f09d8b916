"""The group `replies` of the settings file: how replies are sent, signed, priced, checked and approved."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.replies.finding import Outcome
from mentiondesk.domain.replies.price import X_PRICES
from mentiondesk.domain.replies.rules import ApprovalRules, Unattended
from mentiondesk.domain.replies.saved import Use, Variable, unknown_variables
from mentiondesk.domain.replies.signature import SignedWith
from mentiondesk.domain.replies.way import Way
from mentiondesk.settings.model import Misfit, Model
from mentiondesk.settings.patterns import safe_pattern
from mentiondesk.settings.types import Duration, OneOrMore, Phrases, shown, stored

Dollars = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")]


class UndoSettings(Model):
    """The time in which a reply can be taken back before it goes to X."""

    public: Duration = Field(default=timedelta(seconds=10), le=timedelta(minutes=10))
    private: Duration = Field(default=timedelta(0), le=timedelta(minutes=10))


class SignatureSettings(Model):
    """The signature under each reply."""

    name: SignedWith = SignedWith.INITIALS
    mark: str = Field(default="^", max_length=3, pattern=r"^[^\w\s{}\[\]<>]*$")


class PriceSettings(Model):
    """X's prices from a day on."""

    since: date
    summoned: Dollars
    plain: Dollars
    with_link: Dollars


class ApprovalSettings(Model):
    """The replies that another person approves before they go out."""

    new_agent_for: Duration = ApprovalRules().new_agent_for
    critical: bool = True
    followers: int | None = Field(default=ApprovalRules().followers, ge=0)
    money: bool = True
    incidents: bool = True
    nobody_on_duty: Unattended = Unattended.HOLD


class OwnRuleSettings(Model):
    """A rule of the brand's own for its replies."""

    id: Name
    outcome: Outcome
    sentence: str = Field(min_length=1, max_length=300)
    phrases: Annotated[Phrases, OneOrMore] = ()
    pattern: Annotated[str, AfterValidator(safe_pattern)] | None = None

    @model_validator(mode="after")
    def _looks_for_something(self) -> Self:
        if bool(self.phrases) == bool(self.pattern):
            raise ValueError("give this rule either phrases or a pattern")
        return self


def _filled(texts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    for text in texts:
        unknown = unknown_variables(text)
        if unknown and not stored(info):
            known = ", ".join(f"{{{name}}}" for name in Variable)
            raise ValueError(
                f"the desk cannot fill {shown(unknown[0])}; it knows {known}, and [words] stand for a slot"
            )
    return texts


SavedText = Annotated[str, Field(min_length=1, max_length=2000)]


class SavedReplySettings(Model):
    """A text to begin from, shared by all; of several texts, each customer gets one."""

    id: Name
    title: str = Field(min_length=1, max_length=60)
    text: Annotated[tuple[SavedText, ...], OneOrMore, Field(min_length=1, max_length=10), AfterValidator(_filled)]
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    owner: StaffId | None = None
    expires: date | None = None
    use: Use = Use.ANY


class RepliesSettings(Model):
    """Replies to customers, written by staff and sent by the desk."""

    undo: UndoSettings = UndoSettings()
    signature: SignatureSettings = SignatureSettings()
    prices: tuple[PriceSettings, ...] = Field(
        default=tuple(
            PriceSettings(since=one.since, summoned=one.summoned, plain=one.plain, with_link=one.with_link)
            for one in X_PRICES
        ),
        min_length=1,
        max_length=20,
    )
    approval: ApprovalSettings = ApprovalSettings()
    own_domains: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$")], ...] = Field(
        default=(), max_length=100
    )
    contacts: tuple[Annotated[str, Field(min_length=4, max_length=100)], ...] = Field(default=(), max_length=50)
    private_data: bool = False
    rules: tuple[OwnRuleSettings, ...] = Field(default=(), max_length=100)
    saved: tuple[SavedReplySettings, ...] = Field(default=(), max_length=300)
    private_way: Way = Way.X_DM
    privacy_policy: str | None = Field(default=None, max_length=300, pattern=r"^https://[A-Za-z0-9.-]+(/[!-~]*)?$")

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        for area, ids in (("rules", [one.id for one in self.rules]), ("saved", [one.id for one in self.saved])):
            for place, one in enumerate(ids):
                if one in ids[:place]:
                    raise Misfit(f"two of these have the id {one!r}; ids must differ", area, place, "id")
        return self
