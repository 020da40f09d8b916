"""Reads SES's reports about mails that bounced, were rejected, or were called spam."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Report = Mapping[str, Any]


def reports(event: Report) -> Iterator[Report]:
    """The reports in an event of EventBridge, or of SNS as stacks before had it.

    SES itself sends other messages, as when a destination is made: what is no report is passed over.
    """
    records = event.get("Records")
    found = (one.get("Sns", {}).get("Message", "") for one in records) if records else iter([event.get("detail")])
    yield from (report for one in found if isinstance(report := _parsed(one), dict) and _kind(report))


def _parsed(message: object) -> object:
    if not isinstance(message, str):
        return message
    try:
        return json.loads(message)
    except ValueError:
        return None


def _kind(report: Report) -> str:
    # Notifications of an identity name their kind in another way than a configuration set's events.
    return str(report.get("eventType") or report.get("notificationType") or "")


def configuration_set(report: Report) -> str:
    """The name of the configuration set that the mail was sent with; empty where it had none."""
    names = ((report.get("mail") or {}).get("tags") or {}).get("ses:configuration-set") or [""]
    return str(names[0])


def unwelcome(report: Report) -> list[str]:
    """Addresses that no mail may go to any more; none for a bounce that may pass, like a full mailbox.

    Source: Amazon SES, "Contents of event data that Amazon SES publishes".
    """
    passing = _kind(report) == "Bounce" and (report.get("bounce") or {}).get("bounceType") != "Permanent"
    return [] if passing or _kind(report) == "Reject" else undelivered(report)


def undelivered(report: Report) -> list[str]:
    """Every address that did not get this mail, or called it spam, for good or for now."""
    bounce, complaint = report.get("bounce") or {}, report.get("complaint") or {}
    match _kind(report):
        case "Bounce":
            found = bounce.get("bouncedRecipients") or []
        case "Complaint":
            found = complaint.get("complainedRecipients") or []
        case "Reject":
            found = [{"emailAddress": one} for one in (report.get("mail") or {}).get("destination") or []]
        case _:
            found = []
    return [str(one["emailAddress"]).strip(" <>") for one in found if one.get("emailAddress")]


def reason(report: Report) -> str:
    """A word for the operators, without the address: "Bounce Permanent"."""
    bounce = (report.get("bounce") or {}).get("bounceType", "")
    return f"{_kind(report)} {bounce}".strip()
