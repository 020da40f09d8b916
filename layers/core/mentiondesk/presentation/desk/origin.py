"""Protection against forged requests without tokens: a change must come from the desk's own pages."""

from collections.abc import Mapping

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


def from_our_pages(method: str, headers: Mapping[str, str], origin: str) -> bool:
    """True when the request changes nothing, or a page of `origin` sent it.

    `headers` by names in lower case. The order is that of CrossOriginProtection in Go 1.25's net/http: Sec-Fetch-Site
    first, which no page can forge; then Origin, against the configured address and never against Host.
    """
    if method in _SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    return headers.get("origin") == origin
