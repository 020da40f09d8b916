"""HTTP API: the pages behind links in alerts and in mails to subscribers."""

import base64
import binascii
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.storage.dynamo_cases import DynamoCases
from mentiondesk.adapters.storage.dynamo_drafts import DynamoDrafts
from mentiondesk.adapters.storage.dynamo_incidents import DynamoIncidents
from mentiondesk.adapters.storage.dynamo_settings import DynamoSettings
from mentiondesk.adapters.storage.dynamo_subscribers import DynamoSubscribers
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.presentation.action_pages import (
    ActionPages,
    Answer,
    FormFields,
    MalformedForm,
    PayloadTooLarge,
    SubscriberPages,
    UnsupportedMediaType,
    plain,
    refused,
    security_headers,
    typed_in,
)
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import StaffApiConfig
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.usecases.status.subscribe import Subscribe

logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver()

_ROUTES = ("act", "subscribers", "health")


@cache
def config() -> StaffApiConfig:
    return StaffApiConfig.from_env()


@cache
def settings() -> DynamoSettings:
    return DynamoSettings(aws.dynamodb(), config().table_name)


@cache
def link_keys() -> LinkKeys:
    return LinkKeys(aws.secrets(), config().link_secret_id)


@cache
def action_pages() -> ActionPages:
    stored = (aws.dynamodb(), config().table_name, lambda: settings()().keep)
    return ActionPages(
        SignedLinks(link_keys(), config().api_url),
        ChangeCase(DynamoCases(*stored), settings()),
        ChangeIncident(DynamoIncidents(*stored), DynamoDrafts(*stored), settings()),
        settings(),
    )


@cache
def subscriber_pages() -> SubscriberPages:
    subscribe = Subscribe(
        DynamoSubscribers(aws.dynamodb(), config().table_name),
        SignedSubscriberTokens(link_keys()),
        SesMailer(aws.ses(), config().status_sender, config().mail_events),
        settings(),
        config().api_url,
    )
    return SubscriberPages(subscribe, settings())


@app.get("/act/<token>")
def open_link(token: str) -> Response[str]:
    return _page(action_pages().show(token, clock.now()))


@app.post("/act/<token>")
def press_button(token: str) -> Response[str]:
    return _page(action_pages().press(token, _typed(), clock.now()))


@app.get("/subscribers")
def open_form() -> Response[str]:
    return _page(subscriber_pages().show_form())


@app.post("/subscribers")
def ask() -> Response[str]:
    return _page(subscriber_pages().ask(_typed(), clock.now()))


@app.get("/subscribers/confirm/<token>")
def open_question(token: str) -> Response[str]:
    return _page(subscriber_pages().show_question())


@app.post("/subscribers/confirm/<token>")
def confirm(token: str) -> Response[str]:
    return _page(subscriber_pages().confirm(token, clock.now()))


@app.get("/subscribers/leave/<token>")
def open_leaving(token: str) -> Response[str]:
    return _page(subscriber_pages().show_leaving())


@app.post("/subscribers/leave/<token>")
def leave(token: str) -> Response[str]:
    return _page(subscriber_pages().leave(token))


@app.get("/health")
def health() -> Response[str]:
    return Response(200, "text/plain; charset=utf-8", "ok\n")


@app.route("/health", method=["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@app.route("/act/<token>", method=["PUT", "PATCH", "DELETE", "OPTIONS"])
@app.route("/subscribers", method=["PUT", "PATCH", "DELETE", "OPTIONS"])
@app.route("/subscribers/<purpose>/<token>", method=["PUT", "PATCH", "DELETE", "OPTIONS"])
def refuse_method(**_: str) -> Response[str]:
    answer = _page(plain("That is not how this page is used", status=HTTPStatus.METHOD_NOT_ALLOWED))
    answer.headers["Allow"] = "GET, HEAD" if app.current_event.path == "/health" else "GET, HEAD, POST"
    return answer


@app.exception_handler([MalformedForm, PayloadTooLarge, UnsupportedMediaType])  # type: ignore[untyped-decorator]
def refuse_body(failure: Exception) -> Response[str]:
    return _page(refused(failure))


@app.not_found
def no_such_page(_: NotFoundError) -> Response[str]:
    return _page(plain("There is no such page", status=HTTPStatus.NOT_FOUND))


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def failed(failure: Exception) -> Response[str]:
    logger.error("a page failed", exc_info=failure)
    metrics.add_metric("PagesFailed", MetricUnit.Count, 1)
    then = "Nothing may have been done yet. Open the link again in a minute: pressing twice does no harm."
    return _page(plain("Something went wrong here", then, HTTPStatus.INTERNAL_SERVER_ERROR))


def _page(answer: Answer) -> Response[str]:
    return Response(int(answer.status), "text/html; charset=utf-8", answer.html)


def _typed() -> FormFields:
    """Raises PayloadTooLarge, UnsupportedMediaType or NoForm."""
    event = app.current_event
    body = (event.body or "").encode()
    if event.is_base64_encoded:
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error as broken:
            raise MalformedForm from broken
    return typed_in(body, event.headers.get("content-type", ""))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    http = event["requestContext"]["http"]
    method = http["method"]
    if method == "HEAD":
        http["method"] = "GET"
    answer = app.resolve(event, context)
    answer["headers"] = {**answer["headers"], **security_headers()}
    if method == "HEAD":
        answer["body"] = ""
    # The rest of a path is somebody's token.
    first = event["rawPath"].split("/")[1:2]
    route = first[0] if first and first[0] in _ROUTES else "none"
    logger.info("answered", method=method, route=route, status=answer["statusCode"])
    metrics.add_metric("PagesAnswered", MetricUnit.Count, 1)
    metrics.add_metric("LinksRefused", MetricUnit.Count, int(route == "act" and answer["statusCode"] in {403, 410}))
    return answer
