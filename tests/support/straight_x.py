"""The stand-in X without a socket: what requests sends is answered in the same thread, and its faults are raised."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from infra.local.x_standin import StandInX
from infra.local.x_standin.problems import Answer


@contextmanager
def straight_to(x: StandInX) -> Iterator[None]:
    """Inside, every request of this process is this X's: for stories of many minutes, each with several requests."""
    with patch.object(HTTPAdapter, "send", lambda _, request, *__, **___: answered(x, request)):
        yield


def answered(x: StandInX, request: requests.PreparedRequest) -> requests.Response:
    """The stand-in X's response. Raises what requests would raise, and ReadTimeout at once where X hangs."""
    url = urlsplit(str(request.url))
    authorization = request.headers.get("Authorization") or ""
    served = x._serve(
        str(request.method),
        f"{url.path}?{url.query}",
        authorization.decode() if isinstance(authorization, bytes) else authorization,
        _written(request.body),
    )
    if served.fault == "hang":
        raise requests.ReadTimeout
    if served.answer is None or served.fault == "post_then_cut":
        raise requests.ConnectionError
    if served.fault == "cut_after":
        raise requests.exceptions.ChunkedEncodingError
    return response_of(served.answer)


def response_of(answer: Answer) -> requests.Response:
    """An answer of X as requests gives it."""
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict({"Content-Type": answer.content_type, **answer.headers})
    response._content, response._content_consumed = answer.payload, True  # type: ignore[attr-defined]
    return response


def _written(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""
