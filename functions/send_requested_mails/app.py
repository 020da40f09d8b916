"""Notes of requested mails: asks the owner of each address to confirm a subscription, within the mails' budgets."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.requested_mails import requested
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.composition import send_requested_mails as parts
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.presentation.rendering import prepare
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import RequestedMailsConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.status.subscribe import Asked, AskToConfirm

logger, metrics = Logger(), Metrics()


config = cache(RequestedMailsConfig.from_env)
table = cache(lambda: DynamoTable(aws.dynamodb(), config().table_name))
counts = Counts(metrics.add_metric, lambda found: Troubles(table()).report(found, clock.now()))


@cache
def ask_to_confirm() -> AskToConfirm:
    unread = logged(logger.error, "subscriber key not read")
    return parts.ask_to_confirm(table(), config(), unread, lambda so: counts({"SubscribersNearlyFull": int(so)}))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Raises Undeliverable when the mail is to be tried again; Lambda does so twice."""
    try:
        outcome = ask_to_confirm()(requested(event), clock.now())
    except Undeliverable as refused:
        logger.warning("confirmation not sent", reason=refused.reason)
        counts({"ConfirmationsFailed": 1})
        raise
    except ValueError:
        # Only the form sends these notes: one of another shape is of another version.
        logger.exception("request not understood")
    else:
        logger.info("confirmation requested", outcome=outcome)
        counts({"ConfirmationsHeld": int(outcome in (Asked.HELD, Asked.FULL))})


warm(ask_to_confirm, aws.ssm, aws.ses, prepare)
