"""An endpoint is disabled → a mail to each lead, once."""

from collections.abc import Iterable

from mentiondesk.domain.alerts.roster import Audience, Channel
from mentiondesk.domain.events.delivery import EndpointState
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.events import EndpointWriter
from mentiondesk.ports.runtime import CurrentSettings


class TellLeads:
    """Tells leads as soon as it happens. The operators hear of it as well, and the audit until it is put right."""

    def __init__(self, mailer: Mailer, writer: EndpointWriter, settings: CurrentSettings) -> None:
        self._mailer = mailer
        self._writer = writer
        self._settings = settings

    def __call__(self, disabled: Iterable[EndpointState]) -> list[str]:
        """The reasons of mails that SES did not take."""
        settings, refused = self._settings(), []
        leads = [one for one in settings.roster.staff if Audience.LEAD in one.roles]
        addresses = [one.addresses[Channel.EMAIL] for one in leads if one.addresses.get(Channel.EMAIL)]
        for state in disabled:
            mail = self._writer.disabled(state, settings.brand.name)
            for address in addresses:
                try:
                    self._mailer.send(address, mail)
                except Undeliverable as refusal:
                    refused.append(refusal.reason)
        return refused
