"""The pages on which people subscribe to mail about incidents, confirm their address, and unsubscribe."""

import re
from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.access.links import LinkForged
from mentiondesk.domain.status.subscribers import COMPONENT, INCIDENT, NoAddress, NotPlain
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.presentation.action_pages.answers import Answer, Home, plain, refused
from mentiondesk.presentation.action_pages.html import render
from mentiondesk.presentation.action_pages.reading import FormFields
from mentiondesk.presentation.wording import Sentences, for_customers
from mentiondesk.usecases.status.subscribe import Subscribe

_INCIDENT_ID = re.compile(r"[a-z0-9-]{1,60}")


class SubscriberPages:
    """Opening a page never acts: mail scanners open links."""

    def __init__(self, subscribe: Subscribe, settings: CurrentSettings, site_url: str) -> None:
        self._subscribe = subscribe
        self._settings = settings
        self._site_url = site_url

    def show_form(self) -> Answer:
        return self._form({}, "", HTTPStatus.OK)

    def ask(self, typed: FormFields) -> Answer:
        """The same answer, after the same work, whether or not the address is known."""
        try:
            self._subscribe.ask(typed.get("email", ""), self._about(typed))
        except NotPlain:
            return self._form(typed, "not_plain", HTTPStatus.UNPROCESSABLE_ENTITY)
        except NoAddress:
            return self._form(typed, "no_address", HTTPStatus.UNPROCESSABLE_ENTITY)
        return self._plain("asked")

    def show_question(self) -> Answer:
        return self._button("confirm")

    def confirm(self, token: str, now: datetime) -> Answer:
        try:
            known = self._subscribe.confirm(token, now)
        except LinkForged as forged:
            return refused(self._say, forged, self._home)
        return self._plain("confirmed") if known else self._plain("too_old", HTTPStatus.GONE)

    def show_leaving(self) -> Answer:
        return self._button("leave")

    def leave(self, token: str) -> Answer:
        """For the page's button, and for mail programs that press it themselves (RFC 8058)."""
        try:
            self._subscribe.leave(token)
        except LinkForged as forged:
            return refused(self._say, forged, self._home)
        return self._plain("left")

    def _about(self, typed: FormFields) -> tuple[str, ...]:
        """The choice of a component or an incident; everything where there is none."""
        component, incident = typed.get("component", ""), typed.get("incident", "")
        if any(component == one.component_id for one in self._settings().page.components):
            return (f"{COMPONENT}{component}",)
        return (f"{INCIDENT}{incident}",) if _INCIDENT_ID.fullmatch(incident) else ()

    @property
    def _say(self) -> Sentences:
        return for_customers(self._settings())

    @property
    def _home(self) -> Home:
        return Home(self._name, self._site_url)

    @property
    def _name(self) -> str:
        return self._settings().page.name

    def _form(self, typed: FormFields, fault: str, status: HTTPStatus) -> Answer:
        facts = {"name": self._name, "typed": typed, "fault": fault, "home": self._home}
        return Answer(status, render("subscribe.html", self._say, facts))

    def _plain(self, key: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        say = self._say
        return plain(say, say(f"subscribe.{key}"), say(f"subscribe.{key}_then", name=self._name), status, self._home)

    def _button(self, key: str) -> Answer:
        say = self._say
        title, then = say(f"subscribe.{key}"), say(f"subscribe.{key}_then", name=self._name)
        facts = {"title": title, "then": then, "home": self._home, "words": say(f"subscribe.{key}_button")}
        return Answer(HTTPStatus.OK, render("button.html", say, facts))
