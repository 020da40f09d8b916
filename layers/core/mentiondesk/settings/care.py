"""Settings of how the desk looks back: figures and the review of replies."""

from pydantic import Field

from mentiondesk.domain.review.sample import ReviewRules
from mentiondesk.settings.model import Model


class FiguresSettings(Model):
    """The week's figures by mail."""

    mail: bool = True


class ReviewSettings(Model):
    """The sample of replies that is reviewed: a share of all, and so many of each person and week at least."""

    rate: float = Field(default=ReviewRules().rate, ge=0, le=1)
    least: int = Field(default=ReviewRules().least, ge=0, le=20)
