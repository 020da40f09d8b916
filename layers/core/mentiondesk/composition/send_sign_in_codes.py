"""Codes of sign-in by mail."""

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.table import Table
from mentiondesk.presentation.desk.mails import CodeMailWriter
from mentiondesk.presentation.wording import Sentences
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SignInCodesConfig
from mentiondesk.usecases.access.sign_in import MailCode


def mail_code(table: Table, config: SignInCodesConfig) -> MailCode:
    settings = current_settings(table, clock.now)
    writer = CodeMailWriter(lambda: Sentences(settings().sentences))
    return MailCode(SesMailer(aws.ses, config.alert_sender, config.staff_mail), writer, settings)
