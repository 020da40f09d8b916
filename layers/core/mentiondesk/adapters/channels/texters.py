"""The provider of texts that the stack names."""

from mentiondesk.adapters.channels.sms import EndUserMessagingTexter
from mentiondesk.adapters.channels.sns import SnsTexter
from mentiondesk.ports.channels import Sender
from mentiondesk.runtime import aws
from mentiondesk.runtime.config import NONE

SNS = "SNS"


def texter(through: str, origin: str) -> Sender:
    """SNS where `through` says so, else End User Messaging, with texts from `origin` unless that is NONE."""
    if through == SNS:
        return SnsTexter(aws.sns)
    return EndUserMessagingTexter(aws.sms, None if origin == NONE else origin)
