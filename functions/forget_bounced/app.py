"""SES reports mails that did not arrive: forgets subscribers, and tells of staff whom mail does not reach."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses_events import configuration_set, reason, reports, undelivered, unwelcome
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.mail_marks import StaffMailMarks
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import ForgetConfig
from mentiondesk.runtime.init import warm
from mentiondesk.usecases.alerts.staff_mail_failed import StaffMailFailed
from mentiondesk.usecases.status.forget_bounced import forget

logger = Logger()


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), ForgetConfig.from_env().table_name)


@cache
def staff_mail_failed() -> StaffMailFailed:
    return StaffMailFailed(StaffMailMarks(table()), Troubles(table()), current_settings(table(), clock.now))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    staff_mail = ForgetConfig.from_env().staff_mail
    for report in reports(event):
        if configuration_set(report) == staff_mail:
            for address in undelivered(report):
                staff = staff_mail_failed()(address, reason(report), clock.now())
                logger.warning("staff mail failed", staff=staff, reason=reason(report))
        else:
            for address in unwelcome(report):
                logger.info("subscriber forgotten", subscriber=forget(Subscribers(table()), address))


warm(staff_mail_failed)
