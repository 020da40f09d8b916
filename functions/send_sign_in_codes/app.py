"""Notes of codes: mails each to the person whose address was typed into the sign-in, and to nobody else."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.sign_in_codes import mailed_code
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.composition import send_sign_in_codes as parts
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.presentation.rendering import prepare
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SignInCodesConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts

logger, metrics = Logger(), Metrics()


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), SignInCodesConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: Troubles(table()).report(found, clock.now()))


mail_code = cache(lambda: parts.mail_code(table(), SignInCodesConfig.from_env()))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Raises Undeliverable when the mail is to be tried again; Lambda does so twice, while the code is good."""
    try:
        mail_code()(mailed_code(event), clock.now())
    except Undeliverable as refused:
        logger.warning("code not sent", reason=refused.reason)
        counts({"SignInCodesFailed": 1})
        raise
    except ValueError:
        # Only the door sends these notes: one of another shape is of another version.
        logger.exception("code not understood")


warm(mail_code, aws.ses, prepare)
