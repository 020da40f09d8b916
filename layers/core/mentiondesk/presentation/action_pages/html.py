"""Templates to HTML, and the headers that every answer carries. No script, no cookie, nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mentiondesk.domain.text import clean, quotable


def render(template: str, facts: Mapping[str, Any]) -> str:
    return _templates().get_template(template).render(facts)


@cache
def security_headers() -> Mapping[str, str]:
    """For every answer, whatever it says. The one stylesheet stands in the page and is known by its hash."""
    style = b64encode(sha256(_style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
    }


@cache
def _style() -> str:
    return files("mentiondesk.presentation.action_pages").joinpath("templates/style.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("mentiondesk.presentation.action_pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    # Our own file, character for character: its hash stands in the policy.
    found.globals["style"] = Markup(_style())  # noqa: S704
    found.filters |= {"clean": clean, "quotable": quotable}
    return found
