"""The status site on this machine: the bucket's files, as CloudFront would serve them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from infra.local.web import Loopback
from infra.transform import template

_TEMPLATE = Path("infra/status_site.yaml")


@dataclass(frozen=True)
class StoredFile:
    """A file of the bucket, with the headers that it was stored with."""

    content: bytes
    content_type: str
    cache_control: str
    etag: str


class LocalSite(Loopback):
    """Serves what `read` finds, on any free port of loopback, with the headers that infra/status_site.yaml sets.

    `form_action` is where forms may be sent.
    """

    def __init__(self, read: Callable[[str], StoredFile | None], form_action: str) -> None:
        self._read = read
        self._policies = {name: _headers(name, form_action) for name in ("PageHeaders", "ApiHeaders")}
        super().__init__()

    def respond(self, request: Request) -> Response:
        path = request.path.lstrip("/") or "index.html"
        file, status = self._read(path), HTTPStatus.OK
        if file is None:
            file, status = self._read("404.html"), HTTPStatus.NOT_FOUND
        if file is None:
            return Response("Nothing is published yet", HTTPStatus.NOT_FOUND)
        policy = self._policies["ApiHeaders" if path.startswith("api/") else "PageHeaders"]
        cached = {"Cache-Control": file.cache_control, "ETag": file.etag}
        response = Response(file.content, status, {**cached, **policy}, content_type=file.content_type)
        return response.make_conditional(request)


def _headers(policy: str, form_action: str) -> Mapping[str, str]:
    """The headers that this response headers policy adds, except those that mean HTTPS."""
    found: dict[str, Any] = template(_TEMPLATE)["Resources"][policy]["Properties"]["ResponseHeadersPolicyConfig"]
    secure = found["SecurityHeadersConfig"]
    rules = secure["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    content_policy: str = rules["Fn::Sub"][0] if isinstance(rules, dict) else rules
    headers = {
        "Content-Security-Policy": content_policy.replace("${FormAction}", form_action),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": secure["FrameOptions"]["FrameOption"],
        "Referrer-Policy": secure["ReferrerPolicy"]["ReferrerPolicy"],
    }
    custom = found.get("CustomHeadersConfig", {}).get("Items", [])
    return headers | {item["Header"]: item["Value"] for item in custom}
