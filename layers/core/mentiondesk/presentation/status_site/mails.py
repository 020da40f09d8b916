"""Mails to subscribers: the question whether they want them, and each update."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.text import clean, defang, quotable
from mentiondesk.presentation.status_site import times
from mentiondesk.presentation.status_site.site import PublicIncident, PublicUpdate, Site

_LONGEST_TITLE = 120


def question(brand: str, link: str) -> Email:
    """Asks whoever owns an address whether they want mails. `link` leads to the button that says yes."""
    name = clean(brand)
    return _mail("question", f"Do you want status updates from {name}?", {"name": name, "link": link})


def update(site: Site, told: PublicIncident, word: PublicUpdate, leave: str) -> Email:
    """One update. `leave` is where one press ends all mails.

    A title, and what the desk itself says, may be customers' words: no mail program makes a link of them.
    """
    title = quotable(told.title, _LONGEST_TITLE)
    facts = {
        "name": site.name,
        "title": title,
        "word": word,
        "body": word.body if word.by_person else defang(word.body),
        "at": times.on_clock(word.at, site.zone),
        "affected": [quotable(name, _LONGEST_TITLE) for name in site.affects(told)],
        "link": f"{site.url}/{told.path}",
        "leave": leave,
    }
    headers = (
        # One press in the mail program itself (RFC 8058), which asks for no page.
        ("List-Unsubscribe", f"<{leave}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    return _mail("update", f"{site.name} · {word.label}: {title}", facts, headers)


def _mail(name: str, subject: str, facts: dict[str, object], headers: tuple[tuple[str, str], ...] = ()) -> Email:
    told = facts | {"subject": subject}
    text, html = (_templates().get_template(f"{name}.mail.{kind}").render(told) for kind in ("txt", "html"))
    return Email(subject, text, html, headers)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("mentiondesk.presentation.status_site"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
