"""The routes of the template's HTTP API: which function answers a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DEFAULT = "$default"
# The answer of an HTTP API to what no route takes.
NO_ROUTE: dict[str, Any] = {
    "statusCode": 404,
    "headers": {"Content-Type": "application/json"},
    "body": '{"message":"Not Found"}',
    "isBase64Encoded": False,
}


@dataclass(frozen=True, slots=True)
class Route:
    """A route: its key, as "ANY /act/{token}", and the logical id of the function that it leads to."""

    key: str
    function: str

    def matches(self, method: str, path: str) -> bool:
        if self.key == _DEFAULT:
            return True
        route_method, _, route_path = self.key.partition(" ")
        return route_method in {"ANY", method} and _covers(route_path.split("/"), path.split("/"))

    @property
    def precision(self) -> tuple[int, int, int]:
        """Greater for the route that API Gateway prefers: full paths before {proxy+}, one method before ANY."""
        method, _, path = self.key.partition(" ")
        return (
            0 if self.key == _DEFAULT else 1 if "+}" in path else 2,
            sum(not part.startswith("{") for part in path.split("/")),
            int(method != "ANY"),
        )


class HttpRoutes:
    """Matches requests as an HTTP API does (docs.aws.amazon.com/apigateway, "Working with routes for HTTP APIs")."""

    def __init__(self, resources: Mapping[str, Mapping[str, Any]]) -> None:
        """`resources`: those of a transformed template."""
        found = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::ApiGatewayV2::Route"]
        self._routes = [Route(one["RouteKey"], _function(one["Target"], resources)) for one in found]

    def match(self, method: str, path: str) -> Route | None:
        """The route that takes the request; None where there is none, and API Gateway answers `NO_ROUTE` itself."""
        found = (one for one in self._routes if one.matches(method, path))
        return max(found, key=lambda one: one.precision, default=None)


def _covers(route: list[str], path: list[str]) -> bool:
    for place, part in enumerate(route):
        if part.endswith("+}"):
            return any(path[place:])
        if place >= len(path) or (part != path[place] and not (part.startswith("{") and path[place])):
            return False
    return len(route) == len(path)


def _function(target: Mapping[str, str], resources: Mapping[str, Mapping[str, Any]]) -> str:
    """The function at the end of `integrations/${Integration}`."""
    integration = target["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
    function: str = resources[integration]["Properties"]["IntegrationUri"]["Fn::GetAtt"][0]
    return function
