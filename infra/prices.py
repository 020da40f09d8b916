"""Prices that commands tell before they spend, and reports add up: infra/prices.yaml, with the dates of the prices."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("prices.yaml")


@dataclass(frozen=True)
class Prices:
    """Prices in US dollars: of one post read at X, of one text, and of the AWS parts of a desk a month."""

    x_as_of: date
    owned_read: float
    post_read: float
    aws_as_of: date
    text: float
    email: float
    mention_on_aws: float
    quiet_month_on_aws: float


def prices() -> Prices:
    """The prices in the file."""
    return Prices(**yaml.safe_load(_FILE.read_text(encoding="utf-8")))
