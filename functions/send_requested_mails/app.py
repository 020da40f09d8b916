"""Queue of requested mails: asks the owner of each address to confirm a subscription, within the mails' budgets."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.requested_mails import requested
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.wording import for_customers
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import RequestedMailsConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.status.subscribe import Asked, AskToConfirm

# The share of the most subscribers there may be at which an operator hears of it.
_NEARLY = 0.9

logger, metrics = Logger(), Metrics()


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), RequestedMailsConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: Troubles(table()).report(found, clock.now()))


@cache
def ask_to_confirm() -> AskToConfirm:
    config, settings = RequestedMailsConfig.from_env(), current_settings(table(), clock.now)
    unread = logged(logger.error, "subscriber key not read")
    return AskToConfirm(
        Subscribers(table()),
        MailBudgets(table()),
        SignedSubscriberTokens(LinkKeys(secret(aws.ssm(), config.subscriber_parameter), clock.now, unread)),
        SesMailer(aws.ses(), config.status_sender, config.mail_events),
        CustomerMails(lambda: for_customers(settings())),
        settings,
        config.api_url,
        lambda subscribers, most: counts({"SubscribersNearlyFull": int(subscribers >= _NEARLY * most)}),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    later = [record["messageId"] for record in event["Records"] if not _sent(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in later]}


def _sent(body: str) -> bool:
    """False when the mail is to be tried again."""
    try:
        outcome = ask_to_confirm()(requested(body), clock.now())
    except Undeliverable as refused:
        logger.warning("confirmation not sent", reason=refused.reason)
        counts({"ConfirmationsFailed": 1})
        return False
    except ValueError:
        # Only the form writes to the queue: a message of another shape is of another version.
        logger.exception("request not understood")
        return True
    logger.info("confirmation requested", outcome=outcome)
    counts({"ConfirmationsHeld": int(outcome in (Asked.HELD, Asked.FULL))})
    return True


warm(ask_to_confirm)
