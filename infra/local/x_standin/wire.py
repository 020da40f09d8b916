"""Serialises posts and users as JSON, in either of X's two dialects."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from infra.local.x_standin import problems
from infra.local.x_standin.model import Post, User
from infra.local.x_standin.problems import Json
from infra.local.x_standin.text import entities, escaped
from infra.local.x_standin.world import World, references

DialectName = Literal["tweet", "post"]


@dataclass(frozen=True)
class Dialect:
    """The names that differ: "tweet" until spec 2.166, "post" from 2.167 on."""

    edit_history: str
    references: str
    note: str
    posts: str
    repost_count: str
    post_count: str
    problem_host: str


DIALECTS: Mapping[DialectName, Dialect] = {
    "tweet": Dialect(
        edit_history="edit_history_tweet_ids",
        references="referenced_tweets",
        note="note_tweet",
        posts="tweets",
        repost_count="retweet_count",
        post_count="tweet_count",
        problem_host="https://api.twitter.com/2/problems/",
    ),
    "post": Dialect(
        edit_history="edit_history_post_ids",
        references="referenced_posts",
        note="note_post",
        posts="posts",
        repost_count="repost_count",
        post_count="post_count",
        problem_host="https://api.x.com/2/problems/",
    ),
}


@dataclass(frozen=True)
class Wanted:
    """The fields and expansions that a request asks for."""

    fields: frozenset[str] = frozenset()
    user_fields: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()

    def shows(self, name: str) -> bool:
        """A field that is expanded is shown too."""
        return name in self.fields or name in self.expansions

    @property
    def shows_references(self) -> bool:
        return "referenced_tweets" in self.fields or self.expands_references

    @property
    def expands_references(self) -> bool:
        return "referenced_posts" in self.expansions or any(
            name.startswith("referenced_tweets.id") for name in self.expansions
        )


class Wire:
    """Writes what can be seen at `now`, in one dialect, with the fields that are wanted."""

    def __init__(self, world: World, dialect: Dialect, wanted: Wanted, now: datetime) -> None:
        self._world = world
        self._dialect = dialect
        self._wanted = wanted
        self._now = now

    def post(self, post: Post) -> Json:
        shown: dict[str, Callable[[], Any]] = {
            "author_id": lambda: post.author_id,
            "conversation_id": lambda: post.conversation_id,
            "created_at": lambda: x_time(post.at),
            "entities": lambda: self._entities(post.text),
            "in_reply_to_user_id": lambda: post.reply_to_user,
            "lang": lambda: post.lang,
            "possibly_sensitive": lambda: False,
            "public_metrics": lambda: self._metrics(post),
            "reply_settings": lambda: "everyone",
        }
        history = self._world.versions(post, self._now)
        body: Json = {"id": post.id, "text": escaped(post.text), self._dialect.edit_history: history}
        values = ((name, value()) for name, value in shown.items() if self._wanted.shows(name))
        body |= {name: value for name, value in values if value not in (None, {})}
        if post.long_text and {"note_tweet", "note_post"} & self._wanted.fields:
            body[self._dialect.note] = self._note(post)
        if references(post) and self._wanted.shows_references:
            body[self._dialect.references] = [{"type": kind, "id": id_} for kind, id_ in references(post)]
        return body

    def user(self, user: User) -> Json:
        metrics = dict.fromkeys(("following_count", self._dialect.post_count, "listed_count"), 0)
        metrics["followers_count"] = user.followers
        shown = {
            "created_at": "2012-01-01T00:00:00.000Z",
            "protected": False,
            "public_metrics": metrics,
            "receives_your_dm": user.receives_dm,
            "verified": False,
        }
        body: Json = {"id": user.id, "name": user.name or user.username, "username": user.username}
        return body | {name: value for name, value in shown.items() if name in self._wanted.user_fields}

    def includes(self, posts: Iterable[Post]) -> tuple[list[Post], list[User], list[Json]]:
        """Posts and users the expansions add, each once, and an error for each that cannot be read."""
        posts = list(posts)
        found, errors = self._referenced(posts) if self._wanted.expands_references else ([], [])
        ids = [user_id for post in posts for user_id in self._expanded_users(post)]
        if "referenced_tweets.id.author_id" in self._wanted.expansions:
            ids += [post.author_id for post in found]
        users = [user for user_id in dict.fromkeys(ids) if (user := self._world.user(user_id))]
        return found, users, errors

    def _referenced(self, posts: list[Post]) -> tuple[list[Post], list[Json]]:
        found, errors = [], []
        for target in dict.fromkeys(target for post in posts for _, target in references(post)):
            if post := self._world.find(target, self._now):
                found.append(post)
            else:
                errors.append(problems.not_found("tweet", "referenced_tweets.id", target))
        return found, errors

    def _expanded_users(self, post: Post) -> Iterable[str]:
        if {"author_id", "username"} & self._wanted.expansions:
            yield post.author_id
        if "in_reply_to_user_id" in self._wanted.expansions and post.reply_to_user:
            yield post.reply_to_user
        if "entities.mentions.username" in self._wanted.expansions:
            yield from filter(None, (self._world.user_id(handle) for handle in sorted(post.mentions)))

    def _entities(self, text: str) -> Mapping[str, Any]:
        return entities(text, self._world.user_id)

    def _note(self, post: Post) -> Json:
        found = self._entities(post.long_text)
        return {"text": escaped(post.long_text)} | ({"entities": found} if found else {})

    def _metrics(self, post: Post) -> Json:
        def count(kind: str) -> int:
            return self._world.count(kind, post.id, self._now)

        return {
            self._dialect.repost_count: count("retweeted"),
            "reply_count": count("replied_to"),
            "like_count": post.likes,
            "quote_count": count("quoted"),
            "bookmark_count": 0,
            "impression_count": 0,
        }


def x_time(at: datetime) -> str:
    """X writes milliseconds, but they are always zero."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
