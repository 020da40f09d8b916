"""No connection leaves this machine: settings may name real addresses, and a demo must never reach them."""

import ipaddress
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

_LOG = logging.getLogger(__name__)


class LeavesThisMachine(ConnectionRefusedError):
    """A connection to another machine, or a look-up of its name, while the desk runs on this one."""


@contextmanager
def loopback_only() -> Iterator[None]:
    """Refuses connections to other machines and look-ups of their names, in every thread of this process."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(own: socket.socket, address: Any) -> None:
        _check(own.family, address)
        connect(own, address)

    def guarded_ex(own: socket.socket, address: Any) -> int:
        _check(own.family, address)
        return connect_ex(own, address)

    def looked_up(host: Any, *more: Any, **named: Any) -> Any:
        _check_host(host)
        return getaddrinfo(host, *more, **named)

    with ExitStack() as patches:
        patches.enter_context(patch.object(socket.socket, "connect", guarded))
        patches.enter_context(patch.object(socket.socket, "connect_ex", guarded_ex))
        patches.enter_context(patch.object(socket, "getaddrinfo", looked_up))
        yield


def _check(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6}:
        _check_host(address[0])


def _check_host(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name == "localhost" or name.endswith(".localhost"):
        return
    try:
        inside = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        inside = False
    if not inside:
        refusal = LeavesThisMachine(f"the desk on this machine reaches loopback only, not {name}")
        _LOG.warning(str(refusal))
        raise refusal
