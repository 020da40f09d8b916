"""The environment variables that each function reads, one class a function."""

import os
from collections.abc import Mapping
from typing import Self

from mentiondesk.values import Frozen

# The value of a variable whose feature the stack does without.
NONE = "none"


class NotConfigured(RuntimeError):
    """A variable that the template sets is missing."""


class _FromEnv(Frozen):
    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Reads each field from the variable with its name in capitals. Raises NotConfigured."""
        env = os.environ if env is None else env
        names = [field.upper() for field in cls.__struct_fields__]
        missing = [name for name in names if not env.get(name)]
        if missing:
            raise NotConfigured(f"{cls.__name__} needs {', '.join(missing)} in the environment")
        return cls(*(env[name] for name in names))


class FetchConfig(_FromEnv):
    table_name: str
    x_parameter: str
    x_api_url: str


class AuditConfig(_FromEnv):
    table_name: str
    x_parameter: str
    x_api_url: str
    heartbeat_url: str
    stream_failures_url: str
    mail_report_failures_url: str


class ClassifyConfig(_FromEnv):
    table_name: str
    second_opinion_model: str


class NotifyConfig(_FromEnv):
    table_name: str
    alert_sender: str
    staff_mail: str
    texts_through: str
    text_origin: str
    link_parameter: str
    api_url: str
    desk_name: str
    operators_topic: str
    notes_bus: str


class DetectConfig(_FromEnv):
    table_name: str


class PublishConfig(_FromEnv):
    table_name: str
    site_bucket: str
    site_url: str
    api_url: str
    subscriber_parameter: str
    statuspage_parameter: str
    status_sender: str
    mail_events: str


class ForgetConfig(_FromEnv):
    table_name: str
    staff_mail: str


class ActionLinksConfig(_FromEnv):
    table_name: str
    link_parameter: str


class SubscriptionsConfig(_FromEnv):
    table_name: str
    subscriber_parameter: str
    notes_bus: str
    site_url: str


class RequestedMailsConfig(_FromEnv):
    table_name: str
    subscriber_parameter: str
    api_url: str
    status_sender: str
    mail_events: str


class DeskWebConfig(_FromEnv):
    table_name: str
    desk_url: str
    notes_bus: str
    site_url: str


class ReportConfig(_FromEnv):
    table_name: str
    alert_sender: str
    staff_mail: str
    desk_url: str


class SignInCodesConfig(_FromEnv):
    table_name: str
    alert_sender: str
    staff_mail: str


class RelayConfig(_FromEnv):
    notes_bus: str
    events_url: str


class SendEventsConfig(_FromEnv):
    table_name: str
    events_parameter: str
    events_bus: str
    desk_url: str
    alert_sender: str
    staff_mail: str


class SendReplyConfig(_FromEnv):
    table_name: str
    x_write_parameter: str
    x_api_url: str
