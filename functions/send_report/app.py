"""Every hour: records waits that are ignored; on Monday morning, mails the figures of the week to managers."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.presentation.figures.mail import ReportMails
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import ReportConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.reports.note_ignored import NoteIgnored
from mentiondesk.usecases.reports.note_targets import NoteTargets
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.usecases.reports.send_report import SendReport

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(ReportConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def notes() -> tuple[NoteIgnored, NoteTargets]:
    facts = Facts(stores().table)
    return NoteIgnored(stores().cases, facts), NoteTargets(facts, stores().settings)


@cache
def send_report() -> SendReport:
    config, desk = ReportConfig.from_env(), stores()
    facts, mailer = Facts(desk.table), SesMailer(aws.ses, config.alert_sender, config.staff_mail)
    read = ReadFigures(facts, CountedQueue(desk.table), desk.settings)
    return SendReport(facts, read, ReportMails(desk.sentences, config.desk_url), mailer, desk.settings)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    note_ignored, note_targets = notes()
    ignored = note_ignored(now)
    note_targets(now)
    sent = send_report()(now)
    logger.info("reported", ignored=ignored, reports=sent.reports, failed=sent.failed)
    counts({"ReportsFailed": len(sent.failed)})


warm(notes, send_report)
