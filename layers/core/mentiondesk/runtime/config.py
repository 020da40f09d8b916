"""The environment variables that each function reads, one class a function."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

# The value of a variable whose feature the stack does without.
NONE = "none"


class NotConfigured(RuntimeError):
    """A variable that the template sets is missing."""


@dataclass(frozen=True)
class _FromEnv:
    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Reads each field from the variable with its name in capitals. Raises NotConfigured."""
        env = os.environ if env is None else env
        names = [field.name.upper() for field in fields(cls)]
        missing = [name for name in names if not env.get(name)]
        if missing:
            raise NotConfigured(f"{cls.__name__} needs {', '.join(missing)} in the environment")
        return cls(*(env[name] for name in names))


@dataclass(frozen=True)
class FetchConfig(_FromEnv):
    table_name: str
    x_parameter: str
    x_api_url: str


@dataclass(frozen=True)
class AuditConfig(_FromEnv):
    table_name: str
    x_parameter: str
    x_api_url: str
    heartbeat_url: str
    stream_failures_url: str
    mail_report_failures_url: str


@dataclass(frozen=True)
class ClassifyConfig(_FromEnv):
    table_name: str
    second_opinion_model: str


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class DetectConfig(_FromEnv):
    table_name: str


@dataclass(frozen=True)
class PublishConfig(_FromEnv):
    table_name: str
    site_bucket: str
    site_url: str
    api_url: str
    subscriber_parameter: str
    statuspage_parameter: str
    status_sender: str
    mail_events: str


@dataclass(frozen=True)
class ForgetConfig(_FromEnv):
    table_name: str
    staff_mail: str


@dataclass(frozen=True)
class ActionLinksConfig(_FromEnv):
    table_name: str
    link_parameter: str


@dataclass(frozen=True)
class SubscriptionsConfig(_FromEnv):
    table_name: str
    subscriber_parameter: str
    requested_mails_url: str
    site_url: str


@dataclass(frozen=True)
class RequestedMailsConfig(_FromEnv):
    table_name: str
    subscriber_parameter: str
    api_url: str
    status_sender: str
    mail_events: str


@dataclass(frozen=True)
class DeskWebConfig(_FromEnv):
    table_name: str
    desk_url: str
    sign_in_codes_url: str
    site_url: str


@dataclass(frozen=True)
class ReportConfig(_FromEnv):
    table_name: str
    alert_sender: str
    staff_mail: str
    desk_url: str


@dataclass(frozen=True)
class SignInCodesConfig(_FromEnv):
    table_name: str
    alert_sender: str
    staff_mail: str


@dataclass(frozen=True)
class RelayConfig(_FromEnv):
    outbox_url: str
    status_changes_url: str
    events_url: str


@dataclass(frozen=True)
class SendEventsConfig(_FromEnv):
    table_name: str
    events_parameter: str
    events_bus: str
    desk_url: str
    alert_sender: str
    staff_mail: str


@dataclass(frozen=True)
class SendReplyConfig(_FromEnv):
    table_name: str
    x_write_parameter: str
    x_api_url: str
