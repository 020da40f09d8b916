"""One file of the status site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of the status site; `fresh_for` is how many seconds a reader may show it without asking again."""

    path: str
    content: bytes
    content_type: str
    fresh_for: int
