"""Requests of API Gateway and answers to it in its payload format 2.0, and routes that no odd path passes by."""

import base64
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics

from infra.local.cloud import Context
from mentiondesk.presentation.action_pages.reading import MalformedForm
from mentiondesk.presentation.gateway import Page, Routes, answer_of, cookie_pairs, request_in
from mentiondesk.presentation.web import Door

# Powertools takes a run without metrics for a mistake.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")
CONTEXT = Context("Door", timedelta(seconds=9), 256, "arn:aws:lambda:eu-west-1:123456789012:function:Door")


def event(method: str = "GET", path: str = "/act/token", **more: Any) -> dict[str, Any]:
    return {"requestContext": {"http": {"method": method}}, "rawPath": path, **more}


def test_a_request_is_read_whatever_is_left_out_of_its_event() -> None:
    bare = request_in(event())
    assert (bare.method, bare.path, bare.query, bare.cookies, bare.headers, bare.body) == (
        *("GET", "/act/token", "", ()),
        *({}, b""),
    )
    full = request_in(event(headers={"If-None-Match": "x"}, cookies=["a=1", " b=2=3"], body="t%C3%A9"))
    assert full.headers == {"if-none-match": "x"}
    assert cookie_pairs(full.cookies) == {"a": "1", "b": "2=3"}
    assert full.body == b"t%C3%A9"


def test_a_body_in_base64_is_taken_apart_and_a_broken_one_is_malformed() -> None:
    sent = base64.b64encode("tü".encode()).decode()
    assert request_in(event(body=sent, isBase64Encoded=True)).body == "tü".encode()
    with pytest.raises(MalformedForm):
        _ = request_in(event(body="%%%", isBase64Encoded=True)).body


@pytest.mark.parametrize("encodings", ["", "br", "br, gzip"])
@pytest.mark.parametrize("compress", [True, False])
def test_a_page_is_packed_where_the_browser_takes_it(encodings: str, compress: bool) -> None:
    page = Page(200, "text/html; charset=utf-8", "<p>ü</p>", {"ETag": "1"}, ("s=1; Path=/",), compress)
    answer = answer_of(page, request_in(event(headers={"Accept-Encoding": encodings})))
    packed = compress and "gzip" in encodings
    assert answer["isBase64Encoded"] is packed
    assert answer["headers"].get("Content-Encoding") == ("gzip" if packed else None)
    body = gzip.decompress(base64.b64decode(answer["body"])).decode() if packed else answer["body"]
    assert (answer["statusCode"], body, answer["cookies"]) == (200, "<p>ü</p>", ["s=1; Path=/"])
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert json.dumps(answer)


def test_a_page_without_a_body_is_not_packed() -> None:
    answer = answer_of(
        Page(304, "text/html", "", compress=True), request_in(event(headers={"accept-encoding": "gzip"}))
    )
    assert (answer["body"], answer["isBase64Encoded"]) == ("", False)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/act/abc", {"token": "abc"}),
        ("/act/", None),
        ("/act/a/b", None),
        ("/act/abc\n", {"token": "abc\n"}),
        ("/actabc", None),
        ("/act.abc", None),
        ("/x/act/abc", None),
    ],
)
def test_a_rule_is_the_whole_path_and_its_parts_hold_no_slash(path: str, parts: dict[str, str] | None) -> None:
    routes = Routes()
    routes.add("/act/<token>", {})
    found = routes.find(path)
    assert (found[1] if found else None) == parts


def door() -> Door:
    made = Door(Logger("test"), Metrics("test", "test"), lambda: None)
    made.serve("/health", lambda: Page(200, "text/plain", "ok"))
    pages = [lambda token, status=status: Page(status, "text/plain", token) for status in (200, 303)]
    made.serve("/act/<token>", *pages)
    return made


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/health", 200, None),
        ("POST", "/health", 405, "GET, HEAD"),
        ("POST", "/act/t", 303, None),
        ("DELETE", "/act/t", 405, "GET, HEAD, POST"),
        ("TRACE", "/act/t", 405, "GET, HEAD, POST"),
        ("GET", "/act/t%0A", 404, None),
        ("GET", "/act/t\n", 404, None),
        ("GET", "/", 404, None),
    ],
)
def test_each_method_and_path_has_its_page(method: str, path: str, status: int, allow: str | None) -> None:
    answer = door().handler(event(method, path), CONTEXT)
    assert (answer["statusCode"], answer["headers"].get("Allow")) == (status, allow)
    assert "Content-Security-Policy" in answer["headers"]


def test_head_has_the_headers_and_no_body() -> None:
    get, head = (door().handler(event(method, "/act/t"), CONTEXT) for method in ("GET", "HEAD"))
    assert get["body"] == "t"
    assert head == {**get, "body": ""}
