"""X's error answers, with the bodies it documents or was seen to give."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An HTTP response. `body` is JSON, or text served as HTML."""

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)
    posts: tuple[str, ...] = ()
    """Ids of the posts in `data`."""
    billed_posts: tuple[str, ...] = ()
    billed_users: tuple[str, ...] = ()

    @property
    def payload(self) -> bytes:
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    @property
    def content_type(self) -> str:
        if isinstance(self.body, str):
            return "text/html"
        return "application/problem+json" if "title" in self.body else "application/json; charset=utf-8"


class Refused(Exception):
    """Ends a request with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Answer:
    """A problem as X writes it. `kind` ends the type's address; how that begins depends on the dialect."""
    return Answer(status, {"title": title, "detail": detail, "type": kind, "status": status} | more)


def forbidden(detail: str) -> Answer:
    return problem(403, "Forbidden", detail)


def invalid(message: str, /, **parameters: str) -> Refused:
    """For `raise invalid(...)`: the request is wrong. `parameters` are the values that are to blame."""
    error = {"message": message, "parameters": {name: [value] for name, value in parameters.items()}}
    detail = "One or more parameters to your request was invalid."
    return Refused(problem(400, "Invalid Request", detail, "invalid-request", errors=[error]))


def query_refused() -> Answer:
    return invalid("There were errors processing your request", query="").answer


def unauthorized() -> Answer:
    """No credentials at all."""
    return problem(401, "Unauthorized", "Unauthorized")


def revoked() -> Answer:
    error = {"code": 89, "message": "Invalid or expired token."}
    return problem(401, "Unauthorized", "Unauthorized", errors=[error])


def client_forbidden() -> Answer:
    detail = (
        "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a "
        "Twitter developer App that is attached to a Project."
    )
    return problem(403, "Client Forbidden", detail, "client-forbidden", reason="client-not-enrolled")


def unsupported_authentication() -> Answer:
    """X's refusal to a user who asks for what it tells apps only."""
    detail = "Authenticating with OAuth 1.0a User Context is forbidden for this endpoint. Use OAuth 2.0 App-Only."
    return problem(403, "Unsupported Authentication", detail, "unsupported-authentication")


def missing_scope() -> Answer:
    detail = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
    return problem(403, "Forbidden", detail, "oauth1-permissions")


def duplicate() -> Answer:
    return forbidden("You are not allowed to create a Tweet with duplicate content.")


def reply_target_gone() -> Answer:
    return forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")


def too_long() -> Answer:
    return forbidden("Your Tweet text is too long.")


def blocked() -> Answer:
    return forbidden("You have been blocked from the author of this tweet.")


def reply_restricted() -> Answer:
    return forbidden("The original Tweet author restricted who can reply to this Tweet.")


def author_suspended() -> Answer:
    return forbidden("User has been suspended.")


def brand_suspended() -> Answer:
    return forbidden("Your account is suspended and is not permitted to access this feature.")


def brand_locked() -> Answer:
    detail = (
        "To protect our users from spam and other malicious activity, this account is temporarily locked. Please log "
        "in to https://twitter.com to unlock your account."
    )
    return forbidden(detail)


def automated() -> Answer:
    detail = (
        "This request looks like it might be automated. To protect our users from spam and other malicious activity, "
        "we can't complete this action right now. Please try again later."
    )
    return forbidden(detail)


def no_write_actions() -> Answer:
    return forbidden("Application cannot perform write actions.")


def dm_refused() -> Answer:
    return forbidden("You do not have permission to DM one or more participants.")


def credits_spent() -> Answer:
    detail = "Your enrolled account [1234567890] does not have any credits to fulfill this request."
    return problem(402, "CreditsDepleted", detail, "credits", account_id=1234567890)


def too_many(headers: Mapping[str, str]) -> Answer:
    body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
    return Answer(429, body, headers)


def usage_capped() -> Answer:
    detail = "Usage cap exceeded: Monthly product cap"
    return problem(429, "UsageCapExceeded", detail, "usage-capped", period="Monthly", scope="Product")


def unavailable() -> Answer:
    return problem(503, "Service Unavailable", "Service Unavailable")


def no_such_endpoint() -> Answer:
    return problem(404, "Not Found", "Not Found")


def not_found(resource: str, parameter: str, value: str) -> Json:
    """An item of errors[] beside the data: the resource does not exist (any more)."""
    return {
        "title": "Not Found Error",
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "type": "resource-not-found",
        "parameter": parameter,
        "value": value,
        "resource_id": value,
        "resource_type": resource,
    }


def withheld(parameter: str, value: str) -> Json:
    """An item of errors[] beside the data: the resource exists, but is not shown."""
    return {
        "title": "Resource Unavailable",
        "detail": f"The tweet with {parameter}: [{value}] is withheld.",
        "type": "resource-unavailable",
        "parameter": parameter,
        "resource_id": value,
        "resource_type": "tweet",
    }


def suspended(user_id: str) -> Json:
    """An item of errors[] in the place of the data: X has suspended the account."""
    return {
        "title": "Forbidden",
        "detail": f"User has been suspended: [{user_id}].",
        "type": "resource-not-found",
        "parameter": "id",
        "value": user_id,
        "resource_id": user_id,
        "resource_type": "user",
    }
