"""The whole desk on one machine: the template's stack on moto, a stand-in X, and a clock that can run fast."""

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from threading import RLock
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from infra.local.alarms import Alarms
from infra.local.api import LocalApi
from infra.local.cloud import LocalCloud
from infra.local.colleague import Mail, ScriptedAction
from infra.local.site import LocalSite, StoredFile
from infra.local.x_standin import StandInX
from infra.transform import REGION
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.dynamo_settings import DynamoSettings
from mentiondesk.adapters.storage.items import fact
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.post import Post
from mentiondesk.runtime import aws
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings

TEMPLATE = Path("template.yaml")
SENDER = "desk@example.com"
# As many as the page lists; each holds a whole mail.
_MESSAGES_SHOWN = 100
_MOST_NAMED = 10
_BUCKET = "status-site"
_MADE_UP = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "made-up")


class VirtualClock:
    """The time everything here goes by; it moves only when told to."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time


@dataclass(frozen=True)
class Message:
    """A mail or a text that a member of staff got; `about`: the customer's words then, none where it is about many."""

    at: datetime
    message_id: str
    channel: str
    to: str
    subject: str
    body: str
    about: str


@dataclass(frozen=True)
class Audit:
    """What X gave out against what the desk holds, and what the ledger says against what was sent."""

    delivered: int
    lost: tuple[str, ...]
    untagged: tuple[str, ...]
    in_no_case: tuple[str, ...]
    sent: int
    unrecorded: int
    failed: int
    set_aside: int

    @property
    def agrees(self) -> bool:
        """Whether nothing is lost, waiting or unaccounted for."""
        return not self.problems

    @property
    def told(self) -> str:
        """What was compared, in a sentence or two."""
        return (
            f"X gave out {self.delivered} posts; {self.delivered - len(self.lost)} of them are stored. "
            f"Staff got {self.sent} messages; the ledger was compared with each of them."
        )

    @property
    def problems(self) -> list[str]:
        """What does not agree, a line for each kind."""
        found = {
            f"not stored: {_some(self.lost)}": self.lost,
            f"stored, but not tagged: {_some(self.untagged)}": self.untagged,
            f"customers' posts in no case: {_some(self.in_no_case)}": self.in_no_case,
            f"{self.unrecorded} messages differ between the ledger and what was sent": self.unrecorded,
            f"{self.failed} alerts reached nobody": self.failed,
            f"{self.set_aside} posts could not be read and were set aside": self.set_aside,
        }
        return [problem for problem, met in found.items() if met]


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


class LocalDesk:
    """The stack, deployed and configured; each `minute` runs what one minute brings.

    Use as a context manager. `x` is served and answered to by `clock`; `api` and `site` answer at any time.
    """

    def __init__(
        self,
        x: StandInX,
        clock: VirtualClock,
        settings: SettingsFile,
        deeds: Iterable[ScriptedAction] = (),
        api_port: int = 0,
    ) -> None:
        self._deeds = sorted(deeds, key=lambda deed: deed.at)
        # One at a time: functions share this process and its environment.
        self._turn = RLock()
        self.api = LocalApi(api_port, self._answer, self._turn)
        self.site = LocalSite(self._stored, form_action=self.api.url)
        self.x = x
        self.clock = clock
        self._settings_file = settings
        self.settings = desk_settings(settings)
        self.logs: list[tuple[str, str]] = []
        self.messages: list[Message] = []
        self._seen_messages: set[str] = set()
        self._clock_patch = patch("mentiondesk.runtime.clock.now", clock.now)

    def __enter__(self) -> Self:
        with ExitStack() as begun:
            begun.enter_context(self.x)
            begun.enter_context(self._clock_patch)
            parameters = {"AlertSender": SENDER, "XApiUrl": self.x.url}
            stand_ins = {
                "Api.ApiEndpoint": self.api.url,
                "StatusSite.Outputs.BucketName": _BUCKET,
                "StatusSite.Outputs.BucketArn": f"arn:aws:s3:::{_BUCKET}",
                "StatusSite.Outputs.SiteUrl": self.site.url,
                "MailEvents": "mail-events",
            }
            self.cloud = begun.enter_context(LocalCloud(TEMPLATE, parameters, self._hear, stand_ins))
            self._set_up()
            begun.enter_context(self.api)
            begun.enter_context(self.site)
            self._ends = begun.pop_all()
        return self

    def _set_up(self) -> None:
        self.table = self.cloud.resource("Desk")
        queues = {
            f"{name}Name": self.cloud.resource(name).rpartition("/")[2] for name in ("StreamFailures", "RunFailures")
        }
        self._queues = queues
        self.alarms = Alarms(self.clock.now(), {"DeskName": "mentiondesk", **queues})
        self.cloud.client("ses").verify_email_identity(EmailAddress=SENDER)
        self.cloud.client("s3").create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.cloud.client("secretsmanager").put_secret_value(
            SecretId=self.cloud.resource("LinkKey"), SecretString=token_hex(32)
        )
        self.cloud.client("secretsmanager").put_secret_value(
            SecretId=self.cloud.resource("XCredentials"), SecretString=json.dumps(_MADE_UP)
        )
        DynamoSettings(aws.dynamodb(), self.table).store(self._settings_file, self.clock.now())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ends.__exit__(kind, error, at)

    def minute(self) -> list[Message]:
        """Runs the present minute, then moves the clock to the next; returns the messages it brought."""
        self._staff_act()
        with self._turn:
            return self._minute()

    def _staff_act(self) -> None:
        """What staff do by now through the links in their mail."""
        while self._deeds and self._deeds[0].at <= self.clock.now():
            self._deeds.pop(0).do(self._mails())

    def _mails(self) -> list[Mail]:
        return [Mail(one.to, one.subject, one.body) for one in self.messages if one.channel == "email"]

    def _minute(self) -> list[Message]:
        self.cloud.tick(self.clock.now())
        for parameter, name in self._queues.items():
            depth = self.waiting_failures(parameter.removesuffix("Name"))
            self.alarms.measure(
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                frozenset({("QueueName", name)}),
                depth,
                self.clock.now(),
            )
        self.alarms.evaluate(self.clock.now())
        found = self._new_messages(self.clock.now())
        self.clock.time += timedelta(minutes=1)
        return found

    def _answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """A request to the API. The cloud does not exist yet when the API is made."""
        return self.cloud.answer(event)

    def _stored(self, path: str) -> StoredFile | None:
        """A file of the status site, as the bucket holds it."""
        s3 = self.cloud.client("s3")
        try:
            found = s3.get_object(Bucket=_BUCKET, Key=path)
        except s3.exceptions.NoSuchKey:
            return None
        return StoredFile(found["Body"].read(), found["ContentType"], found["CacheControl"], found["ETag"])

    def run(self, until: datetime) -> None:
        """Minute by minute, as fast as this machine can."""
        while self.clock.now() < until:
            self.minute()

    def name_of(self, address: str) -> str:
        """Whose email address or phone number this is."""
        people = [staff.name for staff in self.settings.roster.staff if address in staff.addresses.values()]
        return people[0] if people else address

    def waiting_failures(self, queue: str) -> int:
        """How many messages lie in one of the failure queues."""
        found = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.cloud.resource(queue), AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table; taken from moto itself, whose own scan is slow."""
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(self.table)
        return [item.to_json()["Attributes"] for item in table.all_items()]

    def cases(self) -> list[Case]:
        return _cases(self.items())

    def incidents(self) -> list[Incident]:
        """The latest first."""
        found = [fact(Incident, item) for item in self.items() if item["sk"]["S"] == keys.INCIDENT]
        return sorted(found, key=lambda incident: incident.created_at, reverse=True)

    def audit(self) -> Audit:
        """The table and the ledger against what the stand-in X and the providers saw."""
        items = self.items()
        posts = {item["pk"]["S"]: item for item in items if item["sk"]["S"] == "POST"}
        records = _records(items)
        delivered = {f"POST#{post.first_id}" for post in self.x.delivered if post.reposts is None}
        stored = {pk: fact(Post, item) for pk, item in posts.items()}
        known = {record.message_id for record in records if record.outcome is Outcome.SENT}
        # Subscribers to the status page get mail as well; the ledger is of alerts.
        told = {one.message_id for one in self.messages if self.name_of(one.to) != one.to}
        return Audit(
            delivered=len(delivered),
            lost=tuple(sorted(delivered - posts.keys())),
            untagged=tuple(pk for pk, item in posts.items() if "tagged_at" not in item),
            in_no_case=tuple(pk for pk, post in stored.items() if post.case_id is None and not post.own),
            sent=len(told),
            unrecorded=len(told ^ known),
            failed=sum(record.outcome is Outcome.FAILED for record in records),
            set_aside=sum(item["pk"]["S"].startswith("ASIDE#") for item in items),
        )

    def snapshot(self) -> dict[str, Any]:
        """What the page shows."""
        return {
            "now": self.clock.now().isoformat(),
            "brand": self.settings.brand.name,
            "cases": [self._case_row(case) for case in self._shown(self.cases())],
            "sent": len(self.messages),
            "messages": [
                {**asdict(message), "at": message.at.isoformat(), "name": self.name_of(message.to)}
                for message in reversed(self.messages[-_MESSAGES_SHOWN:])
            ],
            "notices": [{**asdict(notice), "at": notice.at.isoformat()} for notice in reversed(self.alarms.notices)],
            "incidents": [self._incident_row(one) for one in self.incidents()],
            "x": self._x_row(),
            "failures": {name: len(function.failures) for name, function in self.cloud.functions.items()},
        }

    def _hear(self, function: str, line: str) -> None:
        self.logs.append((function, line))
        self.alarms.hear(line, self.clock.now())

    def _new_messages(self, now: datetime) -> list[Message]:
        mails = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        texts = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages
        new = [
            (mail.id, "email", mail.destinations["ToAddresses"][0], mail.subject, mail.body)
            for mail in mails
            if mail.id not in self._seen_messages
        ]
        new += [
            (message_id, "text", phone, "", text)
            for message_id, (phone, text) in texts.items()
            if message_id not in self._seen_messages
        ]
        if not new:
            return []
        about = self._about()
        found = [Message(now, *one, about.get(one[0], "")) for one in new]
        self._seen_messages |= {message.message_id for message in found}
        self.messages += found
        return found

    def _about(self) -> dict[str, str]:
        """For each message about one case, that case's words."""
        items = self.items()
        words: dict[SubjectId, str] = {case.case_id: case.words for case in _cases(items)}
        records = _records(items)
        times = Counter(record.message_id for record in records)
        return {r.message_id: words.get(r.alert.matter_id, "") for r in records if times[r.message_id] == 1}

    def _shown(self, cases: list[Case]) -> list[Case]:
        """Those who wait first, by deadline; then the rest, latest first."""
        waiting = sorted(
            (c for c in cases if c.waiting and c.wait), key=lambda c: c.wait.answer_by if c.wait else c.opened_at
        )
        rest = sorted((c for c in cases if not c.waiting), key=lambda c: c.opened_at, reverse=True)
        return waiting + rest

    def _case_row(self, case: Case) -> dict[str, Any]:
        wait = case.wait
        return {
            "id": case.case_id,
            "kind": case.kind,
            "urgency": case.urgency,
            "state": case.state,
            "leg": case.leg,
            "topics": case.topics,
            "words": case.words or "(the brand wrote first)",
            "why": case.why,
            "posts": case.posts,
            "waiting": case.waiting,
            "since": wait.since.isoformat() if wait else None,
            "answer_by": wait.answer_by.isoformat() if wait else None,
            "answered_at": wait.ended_at.isoformat() if wait and wait.ended_at else None,
            "breached": case.breached(self.clock.now()),
        }

    def _incident_row(self, incident: Incident) -> dict[str, Any]:
        return {
            "title": incident.title,
            "status": incident.status,
            "open": incident.open,
            "impact": incident.impact,
            "people": incident.people,
            "posts": incident.posts,
            "started_at": incident.started_at.isoformat(),
            "act": next((mail.link for mail in reversed(self._mails()) if mail.about_incident), None),
            "page": self.site.url if incident.public else None,
        }

    def _x_row(self) -> dict[str, Any]:
        """How often each feed was read, how many posts X charges for, and what went wrong."""
        requests = self.x.requests
        charged = sum(self.x.billed.values(), Counter())
        return {
            "requests": len(requests),
            "feeds": {
                name: {"requests": count, "charged": charged[name]}
                for name, count in Counter(request.endpoint for request in requests).items()
            },
            "by_status": {str(status): count for status, count in Counter(r.status for r in requests).items()},
        }


def _cases(items: list[dict[str, Any]]) -> list[Case]:
    return [fact(Case, item) for item in items if item["sk"]["S"] == keys.CASE]


def _records(items: list[dict[str, Any]]) -> list[Record]:
    return [fact(Record, item) for item in items if item["sk"]["S"].startswith(keys.ALERT)]
