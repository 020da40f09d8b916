"""Reads SES's events about mails that bounced, or that were reported as spam."""

from collections.abc import Mapping
from typing import Any


def unwelcome(event: Mapping[str, Any]) -> list[str]:
    """Addresses that no mail may go to any more; none for a bounce that may pass, like a full mailbox.

    Source: Amazon SES, "Contents of event data that Amazon SES publishes".
    """
    # Notifications of an identity name their kind in another way than a configuration set's events.
    kind = event.get("eventType") or event.get("notificationType")
    bounce, complaint = event.get("bounce") or {}, event.get("complaint") or {}
    found: list[Mapping[str, Any]] = []
    if kind == "Bounce" and bounce.get("bounceType") == "Permanent":
        found = bounce.get("bouncedRecipients") or []
    if kind == "Complaint":
        found = complaint.get("complainedRecipients") or []
    return [str(one["emailAddress"]).strip(" <>") for one in found if one.get("emailAddress")]
