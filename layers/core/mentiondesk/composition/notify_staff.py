"""Alerts and messages to staff and operators, and claims that lapse."""

from collections.abc import Callable
from typing import assert_never

from mentiondesk.adapters.channels.notes import NotesBus
from mentiondesk.adapters.channels.operators import OperatorsTopic
from mentiondesk.adapters.channels.sender_start import SenderStart
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.texters import texter
from mentiondesk.adapters.channels.webhooks import RoomSender, WebhookSender
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.claims import Claims
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.adapters.tokens.short_links import ShortLinks
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.ports.channels import Sender
from mentiondesk.presentation.operator_mails import OperatorMails
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NotifyConfig
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.alerts.tell_operators import TellOperators
from mentiondesk.usecases.audit.watch_audit import WatchAudit
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.lapse_claims import LapseClaims
from mentiondesk.usecases.replies.wake_sender import WakeSender


def notify_staff(desk: DeskStores, config: NotifyConfig, unread: Callable[[Exception], None]) -> NotifyStaff:
    """`unread` hears of a link key that cannot be read."""
    senders = {channel: sender_of(channel, config) for channel in Channel}
    links = SignedLinks(LinkKeys(secret(aws.ssm, config.link_parameter), clock.now, unread), config.api_url)
    writer, address = StaffMessages(desk.sentences), config.api_url.rstrip("/")
    short = ShortLinks(links, desk.table)
    return NotifyStaff(
        desk.alerts, desk.incidents, senders, writer, desk.settings, links, desk=address, text_links=short
    )


def sender_of(channel: Channel, config: NotifyConfig) -> Sender:
    """The channel's way out in this stack."""
    match channel:
        case Channel.EMAIL:
            return SesMailer(aws.ses, config.alert_sender, config.staff_mail)
        case Channel.TEXT:
            return texter(config.texts_through, config.text_origin)
        case Channel.ROOM:
            return RoomSender(WebhookSender(clock.now), clock.now)
        case _:
            assert_never(channel)


def lapse_claims(desk: DeskStores) -> LapseClaims:
    return LapseClaims(desk.cases, Claims(desk.table), ChangeCase(desk.cases, desk.settings), desk.settings)


def wake_sender(desk: DeskStores, config: NotifyConfig, unstarted: Callable[[Exception], None]) -> WakeSender:
    """`unstarted` hears of a bus that takes no note."""
    start = SenderStart(NotesBus(aws.eventbridge, config.notes_bus), unstarted)
    return WakeSender(desk.replies, Strikes(desk.table, desk.keep, clock.now), start)


def watch_audit(desk: DeskStores) -> WatchAudit:
    return WatchAudit(Audits(desk.table), SettingsVersions(desk.table).since)


def tell_operators(desk: DeskStores, config: NotifyConfig) -> TellOperators:
    return TellOperators(
        desk.troubles, OperatorsTopic(aws.sns, config.operators_topic), OperatorMails(config.desk_name)
    )
