"""A stand-in for X on this machine: its API's rules, its faults, and a record of what was asked of it.

with StandInX(brand=User("1", "acme"), now=clock) as x:
    x.post(author_id="2", text="@acme where is my order?", at=clock())
    ...  # point a client at x.url
    assert x.requests[-1].status == 200
"""

from infra.local.x_standin.faults import Fault
from infra.local.x_standin.ledger import Request
from infra.local.x_standin.model import Message, Post, Rules, User, made_at, snowflake
from infra.local.x_standin.standin import StandInX

__all__ = ["Fault", "Message", "Post", "Request", "Rules", "StandInX", "User", "made_at", "snowflake"]
