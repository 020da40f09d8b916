"""Queue of requested mails: asks the owner of each address to confirm a subscription, within the mails' budgets."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.requested_mails import requested
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.wording import Sentences
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import RequestedMailsConfig
from mentiondesk.runtime.reports import logged
from mentiondesk.usecases.status.subscribe import Asked, AskToConfirm

logger, metrics = Logger(), Metrics()
unread = logged(logger.error, "link key not read")


@cache
def ask_to_confirm() -> AskToConfirm:
    config = RequestedMailsConfig.from_env()
    table = DynamoTable(aws.dynamodb(), config.table_name)
    settings = current_settings(table, clock.now)
    return AskToConfirm(
        Subscribers(table),
        MailBudgets(table),
        SignedSubscriberTokens(LinkKeys(aws.secrets(), config.link_secret_id, clock.now, unread)),
        SesMailer(aws.ses(), config.status_sender, config.mail_events),
        CustomerMails(lambda: Sentences(settings().sentences)),
        settings,
        config.api_url,
        report_count,
    )


def report_count(subscribers: int, most: int) -> None:
    metrics.add_metric("SubscribersShare", MetricUnit.Percent, 100 * subscribers / most)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    metrics.add_metric("ConfirmationsHeld", MetricUnit.Count, 0)
    later = [record["messageId"] for record in event["Records"] if not _sent(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in later]}


def _sent(body: str) -> bool:
    """False when the mail is to be tried again."""
    try:
        outcome = ask_to_confirm()(requested(body), clock.now())
    except Undeliverable as refused:
        logger.warning("confirmation not sent", reason=refused.reason)
        metrics.add_metric("ConfirmationsFailed", MetricUnit.Count, 1)
        return False
    except ValueError:
        # Only the form writes to the queue: a message of another shape is of another version.
        logger.exception("request not understood")
        return True
    logger.info("confirmation requested", outcome=outcome)
    metrics.add_metric("ConfirmationsHeld", MetricUnit.Count, int(outcome in (Asked.HELD, Asked.FULL)))
    return True
