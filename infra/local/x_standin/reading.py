"""The endpoints that read: mentions, own timeline, search, lookups."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from infra.local.x_standin import problems
from infra.local.x_standin.call import Call, ids, is_id, listed, wanted
from infra.local.x_standin.model import Post, Rules, User, snowflake
from infra.local.x_standin.paging import (
    Page,
    Window,
    page,
    read_size,
    read_token,
    read_window,
    timeline_window,
)
from infra.local.x_standin.problems import Answer, Json, Refused, invalid
from infra.local.x_standin.query import QueryError, parse
from infra.local.x_standin.wire import DIALECTS, Wire
from infra.local.x_standin.world import World

_EXCLUDABLE = frozenset(("replies", "retweets"))


class Reading:
    """Read operations, and X's limits on their size and age."""

    def __init__(self, world: World, brand: User, rules: Rules) -> None:
        self._world = world
        self._brand = brand
        self._rules = rules

    def mentions(self, call: Call) -> Answer:
        found = self._world.mentions_of(self._user_in_path(call), call.at)
        return self._timeline(call, islice(found, self._rules.mentions_depth))

    def own(self, call: Call) -> Answer:
        left_out = listed(call, "exclude", _EXCLUDABLE)
        depth = self._rules.own_depth_without_replies if "replies" in left_out else self._rules.own_depth
        newest_first = islice(self._world.posts_of(self._user_in_path(call), call.at), depth)
        kept = (
            post
            for post in newest_first
            if not ("replies" in left_out and post.reply_to) and not ("retweets" in left_out and post.reposts)
        )
        return self._timeline(call, kept)

    def search(self, call: Call) -> Answer:
        query = call.query.get("query", "")
        if not 1 <= len(query) <= self._rules.query_length:
            raise invalid(f"The query must have 1 to {self._rules.query_length} characters", query=query)
        try:
            matches = parse(query, self._world.user_id, self._world.links)
        except QueryError as error:
            raise invalid(f"There were errors processing your request: {error}", query=query) from None
        size, below = read_size(call.query, least=10), read_token(call.query)
        # Since May 2026 a search finds no reposts, whatever it asks for.
        candidates = self._world.everything(call.at, below)
        found = (post for post in candidates if post.reposts is None and matches(post))
        return self._page(call, page(found, self._search_window(call), size, below))

    def counts(self, call: Call) -> Answer:
        """Posts by the hour, from the oldest on; the hours without posts are there too."""
        if call.query.get("granularity", "hour") != "hour":
            raise invalid("Only hours are counted here.", granularity=call.query["granularity"])
        try:
            matches = parse(call.query.get("query", ""), self._world.user_id, self._world.links)
        except QueryError as error:
            raise invalid(f"There were errors processing your request: {error}", query=call.query["query"]) from None
        window = self._search_window(call)
        assert window.start is not None, "a search has a start"
        assert window.end is not None, "and an end"
        made = [
            post.at
            for post in self._world.everything(call.at)
            if post.reposts is None and window.holds(post) and matches(post)
        ]
        name = "tweet_count" if call.dialect is DIALECTS["tweet"] else "post_count"
        data, start = [], window.start
        while start < window.end:
            end = min(start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), window.end)
            data.append({"start": _stamp(start), "end": _stamp(end), name: sum(start <= at < end for at in made)})
            start = end
        return Answer(200, {"data": data, "meta": {f"total_{name}": len(made)}})

    def lookup(self, call: Call) -> Answer:
        found: list[Post] = []
        errors: list[Json] = []
        for post_id in ids(call):
            if post := self._world.find(post_id, call.at):
                found.append(post)
            elif self._world.is_withheld(post_id):
                errors.append(problems.withheld("ids", post_id))
            else:
                errors.append(problems.not_found("tweet", "ids", post_id))
        return self._posts(call, found, errors)

    def me(self, call: Call) -> Answer:
        return Answer(200, {"data": self._writer(call).user(self._brand)}, billed_users=(self._brand.id,))

    def users(self, call: Call) -> Answer:
        asked = ids(call)
        users = [user for user_id in asked if (user := self._world.user(user_id))]
        errors = [problems.not_found("user", "ids", id_) for id_ in asked if not self._world.user(id_)]
        body = _filled({"data": [self._writer(call).user(user) for user in users], "errors": errors})
        return Answer(200, body, billed_users=tuple(user.id for user in users))

    def _user_in_path(self, call: Call) -> str:
        user_id = call.path_values["id"]
        if not is_id(user_id):
            raise invalid(f"The `id` query parameter value [{user_id}] is not valid", id=user_id)
        if self._world.user(user_id) is None:
            raise Refused(Answer(200, {"errors": [problems.not_found("user", "id", user_id)]}))
        if self._world.is_suspended(user_id):
            raise Refused(Answer(200, {"errors": [problems.suspended(user_id)]}))
        return user_id

    def _timeline(self, call: Call, newest_first: Iterator[Post]) -> Answer:
        size = read_size(call.query, least=5)
        return self._page(call, page(newest_first, timeline_window(call.query), size, read_token(call.query)))

    def _search_window(self, call: Call) -> Window:
        window = read_window(call.query)
        oldest = call.at - self._rules.search_reach
        if window.since_id is not None and (window.start or window.end):
            raise invalid("Invalid use of 'since_id' in conjunction with 'start_time' or 'end_time'")
        if window.since_id is not None and window.since_id < snowflake(oldest):
            message = (
                f"'since_id' must be a tweet id created after {oldest:%Y-%m-%dT%H:%MZ}. "
                f"Please use a 'since_id' that is larger than {snowflake(oldest)}"
            )
            raise invalid(message, since_id=call.query["since_id"])
        if window.start is not None and window.start < oldest:
            message = f"'start_time' must be on or after {oldest:%Y-%m-%dT%H:%MZ}."
            raise invalid(message, start_time=call.query["start_time"])
        if window.end is not None and window.end > call.at - timedelta(seconds=10):
            message = "'end_time' must be a minimum of 10 seconds prior to the request time."
            raise invalid(message, end_time=call.query["end_time"])
        latest = call.at - self._rules.search_delay
        return replace(window, start=window.start or oldest, end=window.end or latest)

    def _page(self, call: Call, found: Page) -> Answer:
        return self._posts(call, found.posts, [], meta=found.meta)

    def _posts(self, call: Call, posts: list[Post], errors: list[Json], **more: Json) -> Answer:
        writer = self._writer(call)
        more_posts, users, more_errors = writer.includes(posts)
        includes = {
            call.dialect.posts: [writer.post(post) for post in more_posts],
            "users": [writer.user(user) for user in users],
        }
        body = {
            "data": [writer.post(post) for post in posts],
            "includes": _filled(includes),
            "errors": errors + more_errors,
        }
        return Answer(
            200,
            _filled(body) | more,
            posts=tuple(post.id for post in posts),
            billed_posts=tuple(post.id for post in [*posts, *more_posts]),
            billed_users=tuple(user.id for user in users),
        )

    def _writer(self, call: Call) -> Wire:
        return Wire(self._world, call.dialect, wanted(call), call.at)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"


def _filled(parts: Json) -> Json:
    """X leaves out what is empty."""
    return {name: value for name, value in parts.items() if value}
