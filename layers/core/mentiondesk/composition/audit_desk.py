"""The audit of the desk."""

from mentiondesk.adapters.channels.failure_queues import SqsFailureQueues
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.counts import TweepyCounts
from mentiondesk.domain.health import GivenUp
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import AuditConfig
from mentiondesk.usecases.audit.audit_desk import AuditDesk
from mentiondesk.usecases.audit.check_alerts import CheckAlerts
from mentiondesk.usecases.audit.check_cases import CheckCases
from mentiondesk.usecases.audit.check_endpoints import CheckEndpoints
from mentiondesk.usecases.audit.check_replies import CheckReplies
from mentiondesk.usecases.audit.count_posts import CountPosts
from mentiondesk.usecases.audit.count_set_aside import CountSetAside


def audit_desk(desk: DeskStores, config: AuditConfig) -> AuditDesk:
    x = TweepyCounts(x_credentials(secret(aws.ssm, config.x_parameter), clock.now), config.x_api_url, desk.settings)
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


def count_set_aside(desk: DeskStores, config: AuditConfig) -> CountSetAside:
    urls = {GivenUp.STREAM: config.stream_failures_url, GivenUp.MAIL_REPORTS: config.mail_report_failures_url}
    return CountSetAside(SqsFailureQueues(aws.sqs(), urls), Audits(desk.table))
