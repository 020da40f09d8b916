"""The part of Statuspage's REST API that the desk uses, in memory, as a transport adapter of `requests`."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

KEY = "made-up-key"
PAGE_ID = "page1234"
Json = dict[str, Any]


class StatuspageStandin(BaseAdapter):
    """A page. `fail` is called before each request, and may respond in its place or raise."""

    def __init__(self, *components: str) -> None:
        super().__init__()
        self.components = [{"id": f"c{place}", "name": name} for place, name in enumerate(components)]
        self.incidents: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        self.timeouts: list[Any] = []
        self.fail: Callable[[str, str], tuple[int, Any] | None] = lambda _method, _path: None
        self.fail_after: Callable[[str, str], None] = lambda _method, _path: None

    def send(self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **__: Any) -> requests.Response:
        method, path = str(request.method), urlsplit(str(request.url)).path.removeprefix(f"/v1/pages/{PAGE_ID}/")
        self.requests.append((method, path))
        self.timeouts.append(timeout)
        failed = self.fail(method, path)
        if failed is not None:
            return _answer(request, *failed)
        if request.headers.get("Authorization") != f"OAuth {KEY}":
            return _answer(request, 401, {"error": "Could not authenticate"})
        body = json.loads(request.body or "{}").get("incident", {})
        answered = _answer(request, *self._do(method, path, body))
        self.fail_after(method, path)
        return answered

    def close(self) -> None:
        pass

    def _do(self, method: str, path: str, body: Json) -> tuple[int, Any]:
        match method, path.split("/"):
            case "GET", ["components"]:
                return 200, self.components
            case "GET", ["incidents"]:
                return 200, self.incidents
            case "POST", ["incidents"]:
                made = {"id": f"hosted{len(self.incidents)}", "incident_updates": [], **body}
                self.incidents.insert(0, made)
                return 201, self._said(made, body)
            case "GET", ["incidents", hosted_id]:
                return 200, self._one(hosted_id)
            case "PATCH", ["incidents", hosted_id]:
                return 200, self._said(self._one(hosted_id), body)
        return 404, {"error": "not found"}

    def _one(self, hosted_id: str) -> Json:
        (found,) = [one for one in self.incidents if one["id"] == hosted_id]
        return found

    def _said(self, incident: Json, body: Json) -> Json:
        incident |= {"name": body["name"], "status": body["status"]}
        update = {"status": body["status"], "body": body["body"], "components": body.get("components")}
        incident["incident_updates"].insert(0, update)
        return incident


def _answer(request: requests.PreparedRequest, status: int, body: Any) -> requests.Response:
    answer = requests.Response()
    answer.status_code = status
    answer.raw = BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    answer.url, answer.request = str(request.url), request
    return answer
