"""The handle by which tests and `make run` use the stand-in."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import RLock
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from infra.local.x_standin.api import Api, find_endpoint
from infra.local.x_standin.call import Call, Endpoint
from infra.local.x_standin.faults import FaultKind, Faults
from infra.local.x_standin.ledger import Request
from infra.local.x_standin.model import Draft, Message, Post, Rules, User
from infra.local.x_standin.problems import Answer
from infra.local.x_standin.server import Served, Server
from infra.local.x_standin.wire import DIALECTS, DialectName
from infra.local.x_standin.world import World


class StandInX:
    """X on this machine, as far as the desk uses it.

    `now` gives the time in UTC; a post with a later `at` is not there yet, so that a whole day can be loaded
    at once. `brand` owns the developer app: every token speaks for it. Safe to use from several threads.
    """

    def __init__(self, brand: User, now: Callable[[], datetime], rules: Rules | None = None) -> None:
        self.brand = brand
        self.now = now
        self.dialect: DialectName = "tweet"
        self.faults = Faults()
        self._rules = rules or Rules()
        self._lock = RLock()
        self._world = World()
        self._world.add_user(brand)
        self._api = Api(self._world, brand, self._rules)
        self._requests: list[Request] = []
        self._server = Server(self._serve, self._rules.slow_body)

    # -- the server

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    # -- what people do

    def user(self, user_id: str, username: str, name: str = "", followers: int = 0, receives_dm: bool = True) -> User:
        """Adds or replaces a user. Authors nobody added get a made-up handle with their first post."""
        with self._lock:
            return self._world.add_user(User(user_id, username, name or username, followers, receives_dm))

    def post(
        self,
        *,
        author_id: str,
        at: datetime,
        text: str = "",
        long_text: str = "",
        reply_to: str | None = None,
        quotes: str | None = None,
        reposts: str | None = None,
        lang: str = "en",
        likes: int = 0,
        visible_after: timedelta = timedelta(),
        implicit_mentions: bool = True,
    ) -> str:
        """Publishes a post and returns its id.

        `visible_after`: it arrives late, created at `at` but readable only that much later. `long_text` is
        the whole of a long post; `text`, when empty, is cut from it, or is what X shows for a repost. X
        begins a reply with the handles of those it answers; `implicit_mentions=False` leaves a recorded
        text as it is.
        """
        with self._lock:
            draft = Draft(
                author_id=author_id,
                at=at,
                text=text,
                long_text=long_text,
                reply_to=reply_to,
                quotes=quotes,
                reposts=reposts,
                lang=lang,
                likes=likes,
                visible_after=visible_after,
                implicit_mentions=implicit_mentions,
            )
            return self._world.post(draft)

    def edit(self, post_id: str, text: str, at: datetime) -> str:
        """The id of the new version; feeds show only the latest, a lookup shows the one it asks for."""
        with self._lock:
            return self._world.edit(post_id, text, at)

    def delete(self, post_id: str, at: datetime) -> None:
        """From `at` on the post is gone, in every version."""
        with self._lock:
            self._world.delete(post_id, at)

    def withhold(self, post_id: str) -> None:
        """From now on nobody can read the post, though it exists."""
        with self._lock:
            self._world.withhold(post_id)

    def suspend(self, user_id: str) -> None:
        """From now on the account's timelines cannot be read."""
        with self._lock:
            self._world.suspend(user_id)

    def block(self, user_id: str) -> None:
        """From now on the user takes no replies of the brand."""
        with self._lock:
            self._world.block(user_id)

    # -- what there is to check

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order in which they were taken up."""
        with self._lock:
            return list(self._requests)

    @property
    def sent(self) -> list[Post]:
        """The brand's posts up to now, without deleted ones, oldest first."""
        with self._lock:
            return list(self._world.posts_of(self.brand.id, self.now()))[::-1]

    @property
    def hidden(self) -> frozenset[str]:
        """The replies that the brand hides."""
        with self._lock:
            return frozenset(self._api.writing.hidden)

    @property
    def muted(self) -> frozenset[str]:
        """The accounts that the brand mutes."""
        with self._lock:
            return frozenset(self._api.writing.muted)

    @property
    def messages(self) -> list[Message]:
        """The direct messages the brand has sent."""
        with self._lock:
            return list(self._api.writing.messages)

    @property
    def billed(self) -> dict[date, Counter[str]]:
        """Per UTC day: new posts by the endpoint that returned them, and "users" for users shown."""
        with self._lock:
            return self._api.bill.days()

    @property
    def delivered(self) -> list[Post]:
        """Every post that X has given out so far, in each version that it gave out."""
        with self._lock:
            return [self._world.posted(post_id) for post_id in sorted(self._api.bill.posts(), key=int)]

    # -- credentials

    def issue_tokens(self) -> tuple[str, str]:
        """A new OAuth 2 access token and its refresh token, which works once."""
        with self._lock:
            return self._api.tokens.issue(self.now())

    def revoke(self, token: str) -> None:
        """From now on this token, of whatever kind, is refused."""
        with self._lock:
            self._api.tokens.revoke(token)

    # -- what the server asks

    def _serve(self, method: str, target: str, authorization: str, body: bytes) -> Served:
        address = urlsplit(target)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        with self._lock:
            at, dialect = self.now(), DIALECTS[self.dialect]
            call = Call(method, address.path, query, authorization, body, at, dialect)
            endpoint, call = find_endpoint(call)
            fault = self.faults.take(endpoint.name if endpoint else "", at)
            answer = None if fault in ("hang", "cut_before") else self._api.answer(endpoint, call, fault)
            self._requests.append(_record(call, endpoint, answer, fault))
        return Served(answer, fault, at)


def _record(call: Call, endpoint: Endpoint | None, answer: Answer | None, fault: FaultKind | None) -> Request:
    return Request(
        at=call.at,
        method=call.method,
        path=call.path,
        query=call.query,
        endpoint=endpoint.name if endpoint else "",
        status=answer.status if answer else 0,
        fault=fault or "",
        posts_returned=len(answer.posts) if answer else 0,
    )
