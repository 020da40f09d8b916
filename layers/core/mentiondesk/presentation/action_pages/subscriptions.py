"""The pages with which people subscribe to mail about incidents, say yes, and leave."""

from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.access.links import LinkForged
from mentiondesk.domain.status.subscribers import NoAddress
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.presentation.action_pages.answers import Answer, plain, refused
from mentiondesk.presentation.action_pages.forms import FormFields
from mentiondesk.presentation.action_pages.html import render
from mentiondesk.usecases.status.subscribe import Subscribe


class SubscriberPages:
    """Opening a page never acts: mail scanners open links."""

    def __init__(self, subscribe: Subscribe, settings: CurrentSettings) -> None:
        self._subscribe = subscribe
        self._settings = settings

    def show_form(self) -> Answer:
        return self._form("", "", HTTPStatus.OK)

    def ask(self, typed: FormFields, now: datetime) -> Answer:
        """The same answer whether or not the address is known."""
        address = typed.get("email", "")
        try:
            self._subscribe.ask(address, now)
        except NoAddress:
            wrong = "That is no email address we can write to."
            return self._form(address, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
        except Undeliverable:
            wrong = "We cannot send mail to this address just now. Try again later, please."
            return self._form(address, wrong, HTTPStatus.SERVICE_UNAVAILABLE)
        return plain("Look into your mail", "Say yes there, and we write to you when something breaks and is solved.")

    def show_question(self) -> Answer:
        return self._button("Do you want mail from us?", f"When something breaks at {self._name}.", "Yes, write to me")

    def confirm(self, token: str, now: datetime) -> Answer:
        try:
            known = self._subscribe.confirm(token, now)
        except LinkForged as forged:
            return refused(forged)
        if known:
            return plain(
                "You will hear from us", f"When something breaks at {self._name}. Every mail has a link to stop."
            )
        return plain("This question is too old", "Type your address on the status page again.", HTTPStatus.GONE)

    def show_leaving(self) -> Answer:
        return self._button("No more mail?", f"About problems at {self._name}.", "Stop writing to me")

    def leave(self, token: str) -> Answer:
        """For the page's button, and for mail programs that press it themselves (RFC 8058)."""
        try:
            self._subscribe.leave(token)
        except LinkForged as forged:
            return refused(forged)
        return plain("You get no more mail", "Your address is forgotten.")

    @property
    def _name(self) -> str:
        settings = self._settings()
        return settings.page.name

    def _form(self, address: str, wrong: str, status: HTTPStatus) -> Answer:
        return Answer(status, render("subscribe.html", {"name": self._name, "address": address, "wrong": wrong}))

    def _button(self, title: str, then: str, words: str) -> Answer:
        return Answer(HTTPStatus.OK, render("button.html", {"title": title, "then": then, "words": words}))
