"""Every hour: audits the desk, tells the operators what does not hold, and an outside address that all holds."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.failure_queues import SqsFailureQueues
from mentiondesk.adapters.channels.heartbeat import Heartbeat
from mentiondesk.adapters.channels.webhooks import WebhookSender
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.counts import TweepyCounts
from mentiondesk.domain.health import GivenUp
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import AuditConfig
from mentiondesk.usecases.audit.audit_desk import AuditDesk, troubles
from mentiondesk.usecases.audit.check_alerts import CheckAlerts
from mentiondesk.usecases.audit.check_cases import CheckCases
from mentiondesk.usecases.audit.check_endpoints import CheckEndpoints
from mentiondesk.usecases.audit.check_replies import CheckReplies
from mentiondesk.usecases.audit.count_posts import CountPosts
from mentiondesk.usecases.audit.count_set_aside import CountSetAside

logger = Logger()


@cache
def stores() -> DeskStores:
    return desk_stores(AuditConfig.from_env().table_name, staffed_settings)


@cache
def audit_desk() -> AuditDesk:
    desk, config = stores(), AuditConfig.from_env()
    x = TweepyCounts(x_credentials(secret(aws.ssm(), config.x_parameter), clock.now), config.x_api_url, desk.settings)
    audits = Audits(desk.table)
    return AuditDesk(
        audits,
        CheckAlerts(desk.alerts, desk.cases, desk.incidents, audits, desk.settings),
        CheckCases(desk.posts, desk.cases, Facts(desk.table), desk.settings),
        CountPosts(x, desk.posts, desk.posts, Cursors(desk.table), desk.settings),
        desk.settings,
        (
            CheckReplies(desk.cases, desk.replies, desk.settings),
            CheckEndpoints(Events(desk.table), desk.settings),
        ),
    )


@cache
def count_set_aside() -> CountSetAside:
    config = AuditConfig.from_env()
    urls = {GivenUp.STREAM: config.stream_failures_url, GivenUp.MAIL_REPORTS: config.mail_report_failures_url}
    return CountSetAside(SqsFailureQueues(aws.sqs(), urls), Audits(stores().table))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    audited = audit_desk()(now, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    findings = [str(finding) for finding in audited.report.findings]
    logger.info("audited", holds=audited.holds, findings=findings, counts=audited.report.counts)
    for name, (count, detail) in troubles(audited.report).items():
        stores().troubles.report({name: count}, now, detail)
    if audited.holds:
        try:
            Heartbeat(WebhookSender(clock.now), AuditConfig.from_env().heartbeat_url).beat()
        except Undeliverable as refused:
            # The outside address tells of the silence itself.
            logger.warning("heartbeat not taken", reason=refused.reason)
    count_set_aside()(now)
