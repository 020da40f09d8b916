"""The mail with a code."""

from collections.abc import Callable

from mentiondesk.domain.access.sign_in import shown
from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.text import clean, header_text
from mentiondesk.presentation.rendering import render
from mentiondesk.presentation.wording import Sentences


class CodeMailWriter:
    """CodeWriter on templates."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences) -> None:
        self._wording = wording

    def code(self, staff: Staff, brand: str, code: str) -> Email:
        say = self._wording()
        facts = {"name": staff.name, "brand": clean(brand), "code": shown(code)}
        subject = header_text(say("code_mail.subject", **facts))
        text, html = (
            render(f"desk/code_mail.{media}", say, {**facts, "subject": subject}) for media in ("txt", "html")
        )
        return Email(subject, text, html, automatic(MessageKind.SIGN_IN))
