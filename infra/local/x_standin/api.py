"""From a request to an answer, without HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from infra.local.x_standin import problems
from infra.local.x_standin.call import ENDPOINTS, Call, Endpoint, check_names
from infra.local.x_standin.faults import FaultKind, distorted, refusal
from infra.local.x_standin.ledger import Bill, RateLimits
from infra.local.x_standin.model import Rules, User
from infra.local.x_standin.problems import Answer, Json, Refused
from infra.local.x_standin.reading import Reading
from infra.local.x_standin.tokens import Tokens
from infra.local.x_standin.wire import Dialect
from infra.local.x_standin.world import World
from infra.local.x_standin.writing import Writing

# X answers these to an app, and to no user.
_FOR_APPS = ("counts", "usage")


class Api:
    """Every endpoint over one world. The caller holds a lock around each use."""

    def __init__(self, world: World, brand: User, rules: Rules) -> None:
        self.tokens = Tokens(rules.access_token_life)
        self.bill = Bill()
        self.writing = Writing(world, brand, rules)
        self._rules = rules
        self._limits = RateLimits(rules.limits)
        reading = Reading(world, brand, rules)
        self._handlers: Mapping[str, Callable[[Call], Answer]] = {
            "mentions": reading.mentions,
            "own": reading.own,
            "search": reading.search,
            "lookup": reading.lookup,
            "counts": reading.counts,
            "usage": self._usage,
            "me": reading.me,
            "users": reading.users,
            "create": self.writing.create,
            "delete": self.writing.delete,
            "hide": self.writing.hide,
            "mute": self.writing.mute,
            "unmute": self.writing.unmute,
            "dm": self.writing.dm,
        }

    def answer(self, endpoint: Endpoint | None, call: Call, fault: FaultKind | None) -> Answer:
        """The response of X, changed by a fault that concerns the content."""
        try:
            answer = refusal(fault, call.at, self._rules) or self._served(endpoint, call)
        except Refused as refused:
            answer = refused.answer
        if isinstance(answer.body, str):
            return answer
        body = _with_full_types(answer.body, call.dialect)
        return replace(answer, body=distorted(fault, body, call.page_token) if answer.posts else body)

    def _served(self, endpoint: Endpoint | None, call: Call) -> Answer:
        if endpoint is None:
            return problems.no_such_endpoint()
        if endpoint.name == "token":
            form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
            return self.tokens.exchange(form, call.authorization, call.at)
        if endpoint.name == "app_token":
            return self.tokens.of_app(dict(parse_qsl(call.body.decode("utf-8", "replace"))), call.authorization)
        token = self.tokens.check(call.authorization, call.at)
        if endpoint.name in _FOR_APPS and not self.tokens.is_app(token):
            return problems.unsupported_authentication()
        headers = self._limits.spend(endpoint.name, token, call.at)
        try:
            check_names(endpoint, call)
            answer = self._handlers[endpoint.name](call)
        except Refused as refused:
            answer = refused.answer
        self.bill.add(endpoint.name, answer, call.at)
        return replace(answer, headers=headers)

    def _usage(self, call: Call) -> Answer:
        """X's own count of what it billed, by day."""
        days = sorted(self.bill.days().items(), reverse=True)[: int(call.query.get("days", "7"))]
        daily = [
            {"date": f"{day}T00:00:00.000Z", "usage": str(sum(lines.values()) - lines["users"])} for day, lines in days
        ]
        total = sum(int(one["usage"]) for one in daily)
        data = {"project_id": "1", "project_cap": "3000000", "project_usage": str(total), "cap_reset_day": 1}
        if call.query.get("usage.fields", "") == "daily_project_usage":
            data |= {"daily_project_usage": {"project_id": "1", "usage": daily}}
        return Answer(200, {"data": data})


def find_endpoint(call: Call) -> tuple[Endpoint | None, Call]:
    """The endpoint that is called, and the call with the values of its path."""
    for endpoint in ENDPOINTS:
        values = endpoint.path_values(call.method, call.path)
        if values is not None:
            return endpoint, replace(call, path_values=values)
    return None, call


def _with_full_types(body: Json, dialect: Dialect) -> Json:
    """Problem types as addresses, at the top and in errors[]."""

    def full(item: Json) -> Json:
        kind = item.get("type", "about:blank")
        return item if kind == "about:blank" else item | {"type": dialect.problem_host + kind}

    if "errors" in body:
        body = body | {"errors": [full(error) for error in body["errors"]]}
    return full(body)
