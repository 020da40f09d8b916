"""Parses X's answer to a look-up into profiles and metrics, with the names of Tweets as well as those of Posts."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mentiondesk.adapters.x.posts import Id, Text
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.profile import Profile, PublicMetrics
from mentiondesk.ports.x import Seen, XUnavailable

_Model = TypeVar("_Model", bound=BaseModel)
# Longer than X's longest display name, whatever characters it holds.
_MOST_NAME = 200

Count = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value), Field(ge=0)]


class _Raw(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore")


class _Metrics(_Raw):
    likes: Count = Field(default=0, validation_alias="like_count")
    reposts: Count = Field(default=0, validation_alias=AliasChoices("retweet_count", "repost_count"))
    quotes: Count = Field(default=0, validation_alias="quote_count")
    replies: Count = Field(default=0, validation_alias="reply_count")
    views: Count = Field(default=0, validation_alias="impression_count")


class _Post(_Raw):
    id: Id
    author_id: Id
    metrics: _Metrics | None = Field(default=None, validation_alias="public_metrics")


class _UserMetrics(_Raw):
    followers: Count = Field(default=0, validation_alias="followers_count")


class _User(_Raw):
    id: Id
    name: Text = ""
    username: str = Field(pattern=r"^\w{1,15}$")
    metrics: _UserMetrics | None = Field(default=None, validation_alias="public_metrics")

    @property
    def profile(self) -> Profile:
        return Profile(self.name[:_MOST_NAME], self.username, self.metrics.followers if self.metrics else 0)


def read_seen(body: object) -> Mapping[PostId, Seen]:
    """The posts of a look-up with their authors; what cannot be read is left out. Raises XUnavailable for no answer."""
    if not isinstance(body, dict) or not {"data", "errors"} & body.keys():
        raise XUnavailable("the body is no look-up")
    includes = body.get("includes")
    users = {user.id: user for raw in _listed(includes, "users") if (user := _read(_User, raw))}
    posts = [post for raw in _listed(body, "data") if (post := _read(_Post, raw))]
    return {
        PostId(post.id): Seen(users[post.author_id].profile, _metrics(post))
        for post in posts
        if post.author_id in users
    }


def read_metrics(body: object) -> Mapping[PostId, PublicMetrics]:
    """X's counts of the posts in an answer; posts without any are left out."""
    posts = [post for raw in _listed(body, "data") if (post := _read(_Post, raw))]
    return {PostId(post.id): _metrics(post) for post in posts if post.metrics}


def _metrics(post: _Post) -> PublicMetrics:
    return PublicMetrics(**dict(post.metrics)) if post.metrics else PublicMetrics()


def _listed(body: object, name: str) -> list[Any]:
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, list) else []


def _read(kind: type[_Model], raw: object) -> _Model | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
