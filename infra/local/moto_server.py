"""AWS on loopback, played by moto, with an outbox of what was sent through it."""

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch
from urllib.parse import parse_qs

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from moto.core.botocore_stubber import MockRawResponse
from moto.core.request import Request as MotoRequest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.wrappers import Request, Response

from infra.local.web import Loopback, QuietHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SEND_MAIL = "/v2/email/outbound-emails"
_FORM = "application/x-www-form-urlencoded"
_SEND_TEXT = "PinpointSMSVoiceV2.SendTextMessage"
_MESSAGE_ID = re.compile(r"<MessageId>([^<]+)</MessageId>")


@dataclass(frozen=True)
class Sent:
    """A message that was accepted; mails alone have a subject and headers.

    The channel "operators" is the topic to which the desk and its alarms publish; those mails are in a list apart.
    """

    message_id: str
    channel: str
    to: str
    subject: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbox:
    """WSGI middleware before moto that keeps all messages in the order in which they were accepted.

    moto itself drops the headers of a mail, and they name its kind.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self.sent: list[Sent] = []
        self.operators: list[Sent] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        if request.headers.get("X-Amz-Target") == _SEND_TEXT:
            return self._take_text(request)(environ, start_response)
        if request.method != "POST" or not (request.path == _SEND_MAIL or request.mimetype == _FORM):
            return self._application(environ, start_response)
        body = request.get_data()
        environ["wsgi.input"] = io.BytesIO(body)
        response = Response.from_app(self._application, environ, buffered=True)
        if response.status_code < 300:
            answer = response.get_data(as_text=True)
            for one in _mail(body, answer) if request.path == _SEND_MAIL else _published(body, answer):
                (self.operators if one.channel == "operators" else self.sent).append(one)
        return response(environ, start_response)

    def _take_text(self, request: Request) -> Response:
        """SendTextMessage of End User Messaging, which moto does not know."""
        asked, name = request.get_json(force=True), f"text-{len(self.sent)}"
        self.sent.append(Sent(name, "text", asked["DestinationPhoneNumber"], "", asked["MessageBody"]))
        return Response(json.dumps({"MessageId": name}), content_type="application/x-amz-json-1.0")


def _mail(body: bytes, answer: str) -> list[Sent]:
    """The mail in a SendEmail of SES v2."""
    asked: dict[str, Any] = json.loads(body)
    mail = asked["Content"]["Simple"]
    (to,) = asked["Destination"]["ToAddresses"]
    words = mail["Body"].get("Html") or mail["Body"]["Text"]
    headers = {one["Name"]: one["Value"] for one in mail.get("Headers", [])}
    return [Sent(json.loads(answer)["MessageId"], "email", to, mail["Subject"]["Data"], words["Data"], headers)]


def _published(body: bytes, answer: str) -> list[Sent]:
    """The text or the mail to operators in a Publish of SNS; nothing for other calls in the query protocol."""
    asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    number = _MESSAGE_ID.search(answer)
    if asked.get("Action") != "Publish" or number is None:
        return []
    if "PhoneNumber" in asked:
        return [Sent(number[1], "text", asked["PhoneNumber"], "", asked["Message"])]
    return [Sent(number[1], "operators", asked["TopicArn"], asked.get("Subject", ""), asked["Message"])]


_Send = Callable[[URLLib3Session, AWSPreparedRequest], AWSResponse]


class _Handler(QuietHandler, MotoRequestHandler):
    """moto's reading of headers, without its log of requests."""


class MotoServer(Loopback):
    """moto's server as a context manager; `outbox` holds what was sent.

    Clients of this process are answered without a socket, by the same application, as HTTP costs more than moto does.
    """

    handler = _Handler

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self.outbox = Outbox(self._moto)
        super().__init__()

    def __enter__(self) -> Self:
        self._short_way = patch.object(URLLib3Session, "send", self._instead_of(URLLib3Session.send))
        self._short_way.start()
        return super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._short_way.stop()
        super().__exit__(kind, error, at)

    def _instead_of(self, send: _Send) -> _Send:
        """botocore's sending, except for what goes to this server."""

        def answered(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            if not request.url.startswith(f"{self.url}/"):
                return send(session, request)
            made = MotoRequest.from_primitives(request.method, request.url, request.headers, request.body)
            answer = Response.from_app(self.outbox, made.environ)
            headers: Any = dict(answer.headers)
            raw: Any = MockRawResponse(answer.get_data())
            return AWSResponse(request.url, answer.status_code, headers, raw)

        return answered

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self.outbox(environ, start_response)

    def respond(self, request: Request) -> Response:
        return Response.from_app(self.outbox, request.environ)
