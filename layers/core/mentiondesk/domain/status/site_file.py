"""One file of the status site."""

from mentiondesk.values import Frozen


class SiteFile(Frozen):
    """One file of the status site; `fresh_for` is how many seconds a reader may show it without asking again."""

    path: str
    content: bytes
    content_type: str
    fresh_for: int
