"""Requests find their function as API Gateway's HTTP APIs match routes."""

import pytest

from infra.local.routes import HttpRoutes

KEYS = ("$default", "ANY /act/{token}", "GET /act/fixed", "ANY /mail", "POST /mail", "ANY /mail/{proxy+}")


@pytest.fixture
def routes() -> HttpRoutes:
    resources = {
        key: {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {"RouteKey": key, "Target": {"Fn::Sub": "integrations/${Made}"}},
        }
        for key in KEYS
    }
    made = {"Properties": {"IntegrationUri": {"Fn::GetAtt": ["Answers", "Arn"]}}, "Type": "an integration"}
    return HttpRoutes({**resources, "Made": made})


@pytest.mark.parametrize(
    ("request_line", "key"),
    [
        ("GET /act/a.b", "ANY /act/{token}"),
        ("GET /act/fixed", "GET /act/fixed"),
        ("POST /act/fixed", "ANY /act/{token}"),
        ("GET /mail", "ANY /mail"),
        ("POST /mail", "POST /mail"),
        ("POST /mail/leave/x", "ANY /mail/{proxy+}"),
        ("GET /mail/", "$default"),
        ("GET /act/", "$default"),
        ("GET /act/a/b", "$default"),
        ("GET /", "$default"),
        ("GET /mailbox", "$default"),
    ],
)
def test_the_most_precise_route_takes_the_request(routes: HttpRoutes, request_line: str, key: str) -> None:
    method, _, path = request_line.partition(" ")
    route = routes.match(method, path)
    assert route is not None
    assert (route.key, route.function) == (key, "Answers")
