"""Mails that ask subscribers to confirm their address."""

from collections.abc import Callable

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.table import Table
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.wording import for_customers
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import RequestedMailsConfig
from mentiondesk.usecases.status.subscribe import AskToConfirm

# The share of the most subscribers there may be at which an operator hears of it.
_NEARLY = 0.9


def ask_to_confirm(
    table: Table, config: RequestedMailsConfig, unread: Callable[[Exception], None], nearly_full: Callable[[bool], None]
) -> AskToConfirm:
    """`unread` hears of a key that cannot be read, `nearly_full` whether there is little room for more subscribers."""
    settings = current_settings(table, clock.now)
    return AskToConfirm(
        Subscribers(table),
        MailBudgets(table),
        SignedSubscriberTokens(LinkKeys(secret(aws.ssm, config.subscriber_parameter), clock.now, unread)),
        SesMailer(aws.ses, config.status_sender, config.mail_events),
        CustomerMails(lambda: for_customers(settings())),
        settings,
        config.api_url,
        lambda subscribers, most: nearly_full(subscribers >= _NEARLY * most),
    )
