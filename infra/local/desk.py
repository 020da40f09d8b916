"""The whole desk on one machine: the template's stack on moto, a stand-in X, and a clock that can run fast."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from threading import RLock
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from infra.local.acts import acts, told
from infra.local.alarms import Alarms
from infra.local.answers import Answers, answers
from infra.local.api import LocalApi
from infra.local.cloud import STACK, Function, LocalCloud
from infra.local.colleague import Colleague
from infra.local.moto_server import MotoServer, Sent
from infra.local.receiver import received_here
from infra.local.site import LocalSite, StoredFile
from infra.local.story import Happening
from infra.local.visitor import Visitor
from infra.local.x_standin import StandInX
from infra.transform import REGION
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_item
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.domain.access.places import DESK, subject_path
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.messages import KIND_HEADER, MessageKind
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.ids import CaseId, PostId, StaffId, SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.presentation.wording import Sentences
from mentiondesk.runtime import aws
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings

TEMPLATE = Path("template.yaml")
SENDER = "desk@example.com"
# As many as the page lists; each holds a whole mail.
_MESSAGES_SHOWN = 100
_MOST_NAMED = 10
_BUCKET = "status-site"
_QUEUES = ("StreamFailures", "MailReportFailures")
_NO_ALERTS = (MessageKind.SIGN_IN, MessageKind.REPORT, MessageKind.ENDPOINT_DISABLED)
_MADE_UP = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "made-up")


class VirtualClock:
    """The clock of everything on this machine; it stands still until `time` is set, or goes on with the machine's."""

    def __init__(self, start: datetime) -> None:
        self.time = start
        self._began: float | None = None

    def now(self) -> datetime:
        if self._began is None:
            return self.time
        return self.time + timedelta(seconds=time.monotonic() - self._began)

    def goes_on(self) -> None:
        """From here on the clock goes as this machine's does."""
        if self._began is None:
            self._began = time.monotonic()


_LINK = re.compile(r"https?://[\w.:-]+/act/[\w.-]+")


@dataclass(frozen=True)
class Mail:
    """A mail to a person. `kind` is its header of that purpose; `about` is the id of its case or incident, or empty."""

    to: str
    kind: str
    text: str
    about: str = ""

    @property
    def link(self) -> str | None:
        """The first link to an action page."""
        found = _LINK.search(self.text)
        return found[0] if found else None


@dataclass(frozen=True)
class Message:
    """A message that was sent. `way` is its channel's name in words.

    `kind` is the mail's header of that purpose, empty for others. `subject_id` names the case or the incident in the
    ledger, and `about` holds the customer's words; both are empty for a message about several.
    """

    at: datetime
    message_id: str
    channel: str
    way: str
    to: str
    subject: str
    body: str
    kind: str
    subject_id: str
    about: str


@dataclass(frozen=True)
class Audit:
    """Posts that X gave out compared with those stored, and the alert ledger compared with messages sent."""

    delivered: int
    lost: tuple[str, ...]
    untagged: tuple[str, ...]
    in_no_case: tuple[str, ...]
    sent: int
    unrecorded: int
    failed: int
    set_aside: int
    replies: Answers

    @property
    def agrees(self) -> bool:
        """True when nothing is lost, waiting or unaccounted for."""
        return not self.problems

    @property
    def compared(self) -> str:
        """The comparison in two sentences."""
        return (
            f"X gave out {self.delivered} posts; {self.delivered - len(self.lost)} of them are stored. "
            f"Staff got {self.sent} messages; the ledger was compared with each of them."
        )

    @property
    def problems(self) -> list[str]:
        """A line for each kind of difference."""
        found = {
            "X gave out no post, so that this day shows nothing": not self.delivered,
            f"not stored: {_some(self.lost)}": self.lost,
            f"stored, but not tagged: {_some(self.untagged)}": self.untagged,
            f"customers' posts in no case: {_some(self.in_no_case)}": self.in_no_case,
            f"{self.unrecorded} messages differ between the ledger and what was sent": self.unrecorded,
            f"{self.failed} alerts reached nobody": self.failed,
            f"{self.set_aside} posts could not be read and were set aside": self.set_aside,
            f"{self.replies.twice} replies are on X more than once": self.replies.twice,
            f"{self.replies.differ} replies differ between the desk and X": self.replies.differ,
        }
        return [problem for problem, met in found.items() if met]


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


class LocalDesk:
    """The stack, deployed and configured, for one day; `minute` runs one minute of it.

    Use as a context manager. The stand-in X and the functions live by `clock`. `happens` is what people do at times of
    the day, on X, through the links in their mail and at the desk. `parameters` are further ones of the template. `api`
    and `site` answer at any time.
    """

    def __init__(
        self,
        x: StandInX,
        clock: VirtualClock,
        settings: SettingsFile,
        happens: Iterable[Happening] = (),
        api_port: int = 0,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self._happens = sorted(happens, key=lambda one: one.at)
        # Colleagues whom a visitor plays: they do nothing by themselves.
        self.played: AbstractSet[str] = frozenset()
        self._colleagues: dict[str, Colleague] = {}
        self._parameters = dict(parameters or {})
        # Functions run in turn: they share this process and its environment.
        self._turn = RLock()
        self._seen_at: datetime | None = None
        self.api = LocalApi(api_port, self._answer, self._turn)
        self.site = LocalSite(self._stored, form_action=self.api.url)
        self.x = x
        self.clock = clock
        self._settings_file = settings
        self.settings = desk_settings(settings)
        self.logs: list[tuple[str, str]] = []
        self.messages: list[Message] = []
        self._aws = MotoServer()
        self._clock_patch = patch("mentiondesk.runtime.clock.now", clock.now)

    def __enter__(self) -> Self:
        with ExitStack() as begun:
            begun.enter_context(self.x)
            begun.enter_context(self._clock_patch)
            begun.enter_context(received_here(self._aws.outbox))
            parameters = {"AlertSender": SENDER, "XApiUrl": self.x.url, **self._parameters}
            stand_ins = {
                "Api.ApiEndpoint": self.api.url,
                "StatusSite.Outputs.BucketName": _BUCKET,
                "StatusSite.Outputs.BucketArn": f"arn:aws:s3:::{_BUCKET}",
                "StatusSite.Outputs.SiteUrl": self.site.url,
                "MailEvents": "mail-events",
                "StaffMail": "staff-mail",
            }
            self.cloud = begun.enter_context(LocalCloud(TEMPLATE, parameters, self._hear, stand_ins, self._aws))
            self._set_up()
            begun.enter_context(self.api)
            begun.enter_context(self.site)
            self._ends = begun.pop_all()
        return self

    def _set_up(self) -> None:
        self.table = self.cloud.resource("Desk")
        self._mirror = self.cloud.mirror("Desk")
        queues = {f"{name}Name": self.cloud.resource(name).rpartition("/")[2] for name in _QUEUES}
        self._queues = queues
        functions = {f"{name}Name": name for name in self.cloud.functions}
        self.alarms = Alarms(self.clock.now(), {"DeskName": STACK, **queues, **functions})
        self.cloud.on_run = self._measure_run
        self.cloud.client("ses").verify_email_identity(EmailAddress=SENDER)
        self.cloud.client("s3").create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        made_up = json.dumps(_MADE_UP)
        secrets = {"links": token_hex(32), "subscribers": token_hex(32), "x": made_up, "x-write": made_up}
        for name, value in secrets.items():
            path = f"/mentiondesk/{STACK}/{name}"
            self.cloud.client("ssm").put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=True)
        SettingsVersions(DynamoTable(aws.dynamodb(), self.table)).store(self._settings_file, self.clock.now())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ends.__exit__(kind, error, at)

    def minute(self) -> list[Message]:
        """Runs the present minute, then moves the clock to the next; returns the messages it brought."""
        self._people_act()
        with self._turn:
            return self._minute()

    def _people_act(self) -> None:
        """Carries out what people do by now."""
        while self._happens and self._happens[0].at <= self.clock.now():
            happens = self._happens.pop(0)
            if happens.entry.get("by") not in self.played:
                happens.do(self)

    def colleague(self, staff_id: str) -> Colleague:
        """A member of staff at the desk, who signs in by a mailed code the first time."""
        if staff_id not in self._colleagues:
            found = self.settings.roster.find(StaffId(staff_id))
            assert found is not None, f"{staff_id} is in the settings"
            browser = Visitor(self.api.url)
            browser.send(f"{DESK}/sign-in", email=found.addresses[Channel.EMAIL])
            browser.send(f"{DESK}/sign-in/code", code=self._mailed_code(found.addresses[Channel.EMAIL]))
            self._colleagues[staff_id] = Colleague(browser)
        return self._colleagues[staff_id]

    def _mailed_code(self, address: str) -> str:
        """The latest code that was mailed to this address; its mail's subject begins with it."""
        sent = (one for one in reversed(self._aws.outbox.sent) if one.to == address)
        return next(one.subject for one in sent if one.headers.get(KIND_HEADER) == MessageKind.SIGN_IN).split()[0]

    def case_of(self, post_id: str) -> CaseId | None:
        """The case of a post that the desk has read."""
        stored = self._mirror.item(*keys.post(PostId(post_id)))
        return from_item(Post, stored).case_id if stored else None

    def is_answered(self, post_id: str) -> bool:
        """True when a reply to the post is on X, or on its way there."""
        over = (ReplyState.REFUSED, ReplyState.WITHDRAWN)
        if any(one.to == post_id and one.state not in over for one in self.replies()):
            return True
        return any(post.reply_to == post_id for post in self.x.sent)

    def mails(self) -> list[Mail]:
        """Every mail that was sent, the oldest first."""
        return [Mail(one.to, one.kind, one.body, one.subject_id) for one in self.messages if one.channel == "email"]

    def _minute(self) -> list[Message]:
        found = self._tick()
        self.clock.time = self.clock.time.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return found

    def _tick(self) -> list[Message]:
        """All that a minute brings."""
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
        while self._aws.outbox.operators:
            told = self._aws.outbox.operators.pop(0)
            self.alarms.told(told.subject, told.body, self.clock.now())
        self.alarms.evaluate(self.clock.now())
        return self._new_messages(self.clock.now())

    def _measure_run(self, function: Function, failed: int) -> None:
        """Lambda's own count of errors: a point for each run."""
        named = frozenset({("FunctionName", function.name)})
        self.alarms.measure("AWS/Lambda", "Errors", named, failed, self.clock.now())

    def _answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answers a request to the API. The API is made before the cloud, which needs its address."""
        return self.cloud.answer(event)

    def _stored(self, path: str) -> StoredFile | None:
        """A file of the status site in the bucket; None where there is none."""
        s3 = self.cloud.client("s3")
        try:
            found = s3.get_object(Bucket=_BUCKET, Key=path)
        except s3.exceptions.NoSuchKey:
            return None
        return StoredFile(found["Body"].read(), found["ContentType"], found["CacheControl"], found["ETag"])

    def goes_on(self, span: timedelta) -> list[Message]:
        """Lets so much time pass at the pace of life: queues deliver at once, schedules run when a minute is full."""
        with self._turn:
            before, self.clock.time = self.clock.now(), self.clock.now() + span
            return self._brought(before)

    def _brought(self, before: datetime) -> list[Message]:
        """All that a minute brings where one is full, else what the queues hold by now."""
        if before.replace(second=0, microsecond=0) < self.clock.now().replace(second=0, microsecond=0):
            return self._tick()
        self.cloud.deliver()
        return self._new_messages(self.clock.now())

    def lives(self) -> list[Message]:
        """Delivers what has come by now; the clock goes on by itself from the first call on."""
        with self._turn:
            self.clock.goes_on()
            before, self._seen_at = self._seen_at or self.clock.now(), self.clock.now()
            return self._brought(before)

    def stands(self, span: timedelta) -> list[Message]:
        """Delivers what visitors write while the day is paused; `span` passes only while a reply is on its way to X."""
        on_its_way = (ReplyState.COOLING, ReplyState.QUEUED, ReplyState.SENDING)
        return self.goes_on(span if any(one.state in on_its_way for one in self.replies()) else timedelta())

    def run(self, until: datetime) -> None:
        """Runs minute by minute, as fast as this machine can."""
        while self.clock.now() < until:
            self.minute()

    def name_of(self, address: str) -> str:
        """The name of the person or the room with this address; the address itself where nobody has it."""
        roster = self.settings.roster
        names = (one.name for one in (*roster.staff, *roster.rooms) if address in one.addresses.values())
        return next(names, address)

    def waiting_failures(self, queue: str) -> int:
        """The number of messages in one of the failure queues."""
        found = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.cloud.resource(queue), AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table, in DynamoDB's form."""
        return self._mirror.items()

    def cases(self) -> list[Case]:
        return _cases(self.items())

    def replies(self) -> list[Reply]:
        """Every reply of the desk, in whatever state."""
        return [from_item(Reply, item) for item in self.items() if item["sk"]["S"].startswith(keys.REPLY)]

    def records(self) -> list[Record]:
        """The ledger of alerts."""
        return _records(self.items())

    def incidents(self) -> list[Incident]:
        """All incidents, the latest first."""
        found = [from_item(Incident, item) for item in self.items() if item["sk"]["S"] == keys.INCIDENT]
        return sorted(found, key=lambda incident: incident.created_at, reverse=True)

    @property
    def acts(self) -> str:
        """The acts of staff so far, in a sentence."""
        return told(acts(self.items(), (one.staff_id for one in self.settings.roster.staff)))

    def let_in(self, sign_in: Callable[[str, StaffId], str], staff_id: StaffId) -> str:
        """The result of `sign_in` for a person on the desk's table, between two runs of functions."""
        with self._turn:
            return sign_in(self.table, staff_id)

    def audit(self) -> Audit:
        """Compares the table and the ledger with what the stand-in X gave out and what was sent."""
        items = self.items()
        posts = {item["pk"]["S"]: item for item in items if item["sk"]["S"] == "POST"}
        records = _records(items)
        delivered = {f"POST#{post.first_id}" for post in self.x.delivered if post.reposts is None}
        stored = {pk: from_item(Post, item) for pk, item in posts.items()}
        known = {record.message_id for record in records if record.outcome is Outcome.SENT}
        # Subscribers to the status page get mail as well, and staff other mail; the ledger is of alerts.
        alerts = (one for one in self.messages if one.kind not in _NO_ALERTS)
        sent = {one.message_id for one in alerts if self.name_of(one.to) != one.to}
        return Audit(
            delivered=len(delivered),
            lost=tuple(sorted(delivered - posts.keys())),
            untagged=tuple(pk for pk, item in posts.items() if "tagged_at" not in item),
            in_no_case=tuple(pk for pk, post in stored.items() if post.case_id is None and not post.own),
            sent=len(sent),
            unrecorded=len(sent ^ known),
            failed=sum(record.outcome is Outcome.FAILED for record in records),
            set_aside=sum(item["pk"]["S"].startswith("ASIDE#") for item in items),
            replies=answers(self.replies(), self.x),
        )

    def snapshot(self) -> dict[str, Any]:
        """The state of the local page, ready for JSON."""
        return {
            "now": self.clock.now().isoformat(),
            "brand": self.settings.brand.name,
            "zone": self.settings.zone,
            "desk": self.api.url,
            "people": [self._person_row(one) for one in self.settings.roster.staff],
            "cases": [self._case_row(case) for case in self._shown(self.cases())],
            "sent": len(self.messages),
            "messages": [self._message_row(message) for message in reversed(self.messages[-_MESSAGES_SHOWN:])],
            "notices": [{**asdict(notice), "at": notice.at.isoformat()} for notice in reversed(self.alarms.notices)],
            "incidents": [self._incident_row(one) for one in self.incidents()],
            "replies": answers(self.replies(), self.x).summary,
            "acts": self.acts,
            "x": self._x_row(),
            "failures": {name: len(function.failures) for name, function in self.cloud.functions.items()},
        }

    def _message_row(self, message: Message) -> dict[str, Any]:
        # Such an address is a secret: it lets anybody write to a channel, or read along.
        to = "" if "://" in message.to else message.to
        return {**asdict(message), "at": message.at.isoformat(), "name": self.name_of(message.to), "to": to}

    def _hear(self, function: str, line: str) -> None:
        self.logs.append((function, line))
        self.alarms.hear(line, self.clock.now())

    def _new_messages(self, now: datetime) -> list[Message]:
        # In one minute the channels stand in the order of their names, each in the order in which they were sent.
        new = sorted(self._aws.outbox.sent[len(self.messages) :], key=lambda sent: sent.channel)
        if not new:
            return []
        subjects, words = self._subjects()
        found = [self._message(now, one, subjects.get(one.message_id), words) for one in new]
        self.messages += found
        return found

    def _message(
        self, now: datetime, sent: Sent, subject_id: SubjectId | None, words: Mapping[SubjectId, str]
    ) -> Message:
        kind = sent.headers.get(KIND_HEADER, "")
        about = words.get(subject_id, "") if subject_id else ""
        way = Sentences().label("rules.by", sent.channel)
        facts = sent.message_id, sent.channel, way, sent.to, sent.subject, sent.body
        return Message(now, *facts, kind, str(subject_id or ""), about)

    def _subjects(self) -> tuple[dict[str, SubjectId], dict[SubjectId, str]]:
        """The subject of each message about one case or incident, by the ledger, and the words of each case."""
        items = self.items()
        words: dict[SubjectId, str] = {case.case_id: case.words for case in _cases(items)}
        records = _records(items)
        times = Counter(record.message_id for record in records)
        return {r.message_id: r.alert.subject_id for r in records if times[r.message_id] == 1}, words

    def _shown(self, cases: list[Case]) -> list[Case]:
        """Cases with a waiting customer first, by deadline; then the others, the latest first."""
        waiting = sorted((c for c in cases if c.waiting), key=lambda c: c.timer.answer_by if c.timer else c.opened_at)
        rest = sorted((c for c in cases if not c.waiting), key=lambda c: c.opened_at, reverse=True)
        return waiting + rest

    def _person_row(self, one: Staff) -> dict[str, Any]:
        return {"id": one.staff_id, "name": one.name, "on_duty": one.on_duty(self.clock.now())}

    def _case_row(self, case: Case) -> dict[str, Any]:
        timer = case.timer
        return {
            "id": str(case.case_id),
            "path": subject_path(case.case_id),
            "number": case_number(case.case_id, self.settings.brand.name),
            "who": f"@{case.profile.handle}" if case.profile else "",
            "kind": case.kind,
            "urgency": case.urgency,
            "state": case.state,
            "phase": case.phase,
            "topics": case.topics,
            "words": case.words or "(the brand wrote first)",
            "why": case.why,
            "posts": case.posts,
            "waiting": case.waiting,
            "since": timer.since.isoformat() if timer else None,
            "answer_by": timer.answer_by.isoformat() if timer else None,
            "answered_at": timer.ended_at.isoformat() if timer and timer.ended_at else None,
            "breached": case.breached(self.clock.now()),
        }

    def _incident_row(self, incident: Incident) -> dict[str, Any]:
        return {
            "id": incident.incident_id,
            "path": subject_path(incident.incident_id),
            "title": incident.title,
            "status": incident.status,
            "open": incident.open,
            "impact": incident.impact,
            "people": incident.people,
            "posts": incident.posts,
            "started_at": incident.started_at.isoformat(),
            "act": next((mail.link for mail in reversed(self.mails()) if mail.about == incident.incident_id), None),
            "page": self.site.url if incident.public else None,
        }

    def _x_row(self) -> dict[str, Any]:
        """Counts of requests by feed and by status, and of the posts that X charges for."""
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
    return [from_item(Case, item) for item in items if item["sk"]["S"] == keys.CASE]


def _records(items: list[dict[str, Any]]) -> list[Record]:
    return [from_item(Record, item) for item in items if item["sk"]["S"].startswith(keys.ALERT)]
