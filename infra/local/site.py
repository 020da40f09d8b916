"""The status site on this machine: the bucket's files, as CloudFront would serve them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from infra.local.loopback import Loopback
from infra.transform import template

_TEMPLATE = Path("infra/status_site.yaml")


@dataclass(frozen=True)
class StoredFile:
    """One object of the bucket."""

    content: bytes
    content_type: str
    cache_control: str
    etag: str


class LocalSite(Loopback):
    """Serves what `read` finds, on any free port of loopback, with the headers that infra/status_site.yaml sets.

    `form_action` is where forms may be sent.
    """

    def __init__(self, read: Callable[[str], StoredFile | None], form_action: str) -> None:
        headers = {name: _headers(name) for name in ("PageHeaders", "ApiHeaders")}

        class OneRequest(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(self.path.partition("?")[0]).lstrip("/") or "index.html"
                file, status = read(path), HTTPStatus.OK
                if file is None:
                    file, status = read("404.html"), HTTPStatus.NOT_FOUND
                if file is None:
                    self.send_error(HTTPStatus.NOT_FOUND, "Nothing is published yet")
                    return
                if self.headers.get("If-None-Match") == file.etag:
                    status = HTTPStatus.NOT_MODIFIED
                self.send_response(status)
                told = {"Content-Type": file.content_type, "Cache-Control": file.cache_control, "ETag": file.etag}
                policy = headers["ApiHeaders" if path.startswith("api/") else "PageHeaders"]
                for name, value in {**told, **policy}.items():
                    self.send_header(name, value.replace("${FormAction}", form_action))
                self.end_headers()
                if status is not HTTPStatus.NOT_MODIFIED and self.command == "GET":
                    self.wfile.write(file.content)

            do_HEAD = do_GET  # noqa: N815  http.server's own name

            def log_message(self, *_: object) -> None:
                """The terminal tells the story; who looks at the page is none of it."""

        super().__init__(0, OneRequest)


def _headers(policy: str) -> Mapping[str, str]:
    """What this response headers policy adds, but for what means HTTPS."""
    found: dict[str, Any] = template(_TEMPLATE)["Resources"][policy]["Properties"]["ResponseHeadersPolicyConfig"]
    secure = found["SecurityHeadersConfig"]
    rules = secure["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    headers = {
        "Content-Security-Policy": rules["Fn::Sub"][0] if isinstance(rules, dict) else rules,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": secure["FrameOptions"]["FrameOption"],
        "Referrer-Policy": secure["ReferrerPolicy"]["ReferrerPolicy"],
    }
    custom = found.get("CustomHeadersConfig", {}).get("Items", [])
    return headers | {item["Header"]: item["Value"] for item in custom}
