"""The functions behind the HTTP API as Lambda runs them, reached by the template's own routes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.local.api import event_of
from infra.local.cloud import Function
from infra.local.forms import HtmlPage
from infra.local.routes import NO_ROUTE, HttpRoutes
from infra.transform import REGION

URL = "https://desk.example"
FORM = "application/x-www-form-urlencoded"
# Text that breaks out of a page that does not escape it, with control characters and a template expression.
HOSTILE = (
    "</title></textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;b&gt; {{7*7}} \u202eevil\u0000"
)
MARKS = ("<script>alert", "<img", "onerror=alert(1)>&lt;b")
ROOT = Path(__file__).parents[2]
# Tokens that the code of commit 0f5e723 signed, with what they are for: SignedLinks.token and new_event for all actions
# of a case and of an incident and for each action alone, and SignedSubscriberTokens.make.
SIGNED_BEFORE: dict[str, Any] = json.loads((ROOT / "tests/data/links_0f5e723.json").read_text(encoding="utf-8"))
_LIKE_LAMBDA = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_METRICS_NAMESPACE": "Mentiondesk/test",
}


@dataclass(frozen=True)
class Answer:
    """A response; header names in lower case."""

    status: int
    headers: dict[str, str]
    html: str

    @property
    def page(self) -> HtmlPage:
        return HtmlPage.of(self.html)

    @property
    def said(self) -> str:
        return self.page.text


@dataclass
class Doors:
    """The API's functions; `known` gives the values of the variables that the template sets by reference."""

    resources: dict[str, Any]
    known: Mapping[str, str]
    printed: list[str] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._routes = HttpRoutes(self.resources)

    def ask(self, method: str, path: str, body: bytes = b"", media: str = "") -> Answer:
        """The response of API Gateway."""
        return self.pass_on(event_of(method, path, {"Content-Type": media} if media else {}, body, "desk.example"))

    def pass_on(self, event: dict[str, Any]) -> Answer:
        """Hands an event to the function that its route leads to."""
        route = self._routes.match(event["requestContext"]["http"]["method"], event["rawPath"])
        got = self.function(route.function)({**event, "routeKey": route.key}) if route else NO_ROUTE
        assert got["isBase64Encoded"] is False
        assert not got.get("cookies")
        return Answer(got["statusCode"], {name.lower(): value for name, value in got["headers"].items()}, got["body"])

    def function(self, name: str) -> Function:
        """A function of the template; the same one until `restart`."""
        if name not in self.functions:
            properties = self.resources[name]["Properties"]
            variables = properties["Environment"]["Variables"]
            told = {key: self.known.get(key, str(value)) for key, value in variables.items()}
            self.functions[name] = Function(
                name=name,
                folder=ROOT / properties["Code"]["S3Key"],
                environment={**told, **_LIKE_LAMBDA, "AWS_LAMBDA_FUNCTION_NAME": name},
                timeout=timedelta(seconds=properties["Timeout"]),
                memory=properties["MemorySize"],
                hear=lambda _, line: self.printed.append(line),
            )
        return self.functions[name]

    def restart(self, **changed: str) -> None:
        """The next request finds cold functions, with these variables changed."""
        self.known = {**self.known, **changed}
        self.functions.clear()

    def metrics(self) -> dict[str, list[float]]:
        """The metrics printed so far, by name."""
        found: dict[str, list[float]] = {}
        for line in self.printed:
            told = json.loads(line) if line.startswith("{") else {}
            for group in told.get("_aws", {}).get("CloudWatchMetrics", []):
                for metric in group["Metrics"]:
                    found.setdefault(metric["Name"], []).extend(told[metric["Name"]])
        return found
