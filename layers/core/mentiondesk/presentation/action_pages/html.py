"""Pages of links and subscriptions: no script, no cookie, nothing from elsewhere; and the headers that say so."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from markupsafe import Markup

from mentiondesk.presentation import rendering
from mentiondesk.presentation.rendering import stylesheet
from mentiondesk.presentation.wording import Sentences


def render(template: str, say: Sentences, facts: Mapping[str, object]) -> str:
    # Our own file, character for character: its hash stands in the policy.
    style = Markup(_style())  # noqa: S704
    return rendering.render(f"action_pages/{template}", say, {**facts, "style": style})


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
    return stylesheet("action_pages")
