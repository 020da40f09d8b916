"""Every hour: audits the desk, tells the operators what does not hold, and an outside address that all holds."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.heartbeat import Heartbeat
from mentiondesk.adapters.channels.webhooks import WebhookSender
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.composition import audit_desk as parts
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import AuditConfig
from mentiondesk.usecases.audit.audit_desk import troubles
from mentiondesk.usecases.audit.count_set_aside import set_aside_troubles

logger = Logger()


@cache
def stores() -> DeskStores:
    return desk_stores(AuditConfig.from_env().table_name, staffed_settings)


config = cache(AuditConfig.from_env)
audit_desk = cache(lambda: parts.audit_desk(stores(), config()))
count_set_aside = cache(lambda: parts.count_set_aside(stores(), config()))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    audited = audit_desk()(now, clock.time_left(context))
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
    stores().troubles.report(set_aside_troubles(count_set_aside()(now)), now)
