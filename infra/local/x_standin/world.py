"""Everything that was ever posted here, and which of it can be read at a given moment."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from infra.local.x_standin.model import Draft, Post, User, snowflake, with_handles
from infra.local.x_standin.text import mentions_in

_CUT = 280
_REPOST_CUT = 140


class World:
    """Posts and users. Nothing here is thread-safe: whoever serves it holds one lock around each use."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._ids_by_handle: dict[str, str] = {}
        self._posts: dict[int, Post] = {}
        self._versions: dict[str, list[str]] = defaultdict(list)
        self._gone_at: dict[str, datetime] = {}
        self._withheld: set[str] = set()
        self._suspended: set[str] = set()
        self._blocking: set[str] = set()
        self._made: dict[int, int] = defaultdict(int)
        self._all: list[int] = []
        self._by_author: dict[str, list[int]] = defaultdict(list)
        self._by_mention: dict[str, list[int]] = defaultdict(list)
        self._references: dict[tuple[str, str], list[int]] = defaultdict(list)

    # -- people

    def add_user(self, user: User) -> User:
        """Adds or replaces a user."""
        self._users[user.id] = user
        self._ids_by_handle[user.username.lower()] = user.id
        return user

    def user(self, user_id: str) -> User | None:
        return self._users.get(user_id)

    def user_id(self, handle: str) -> str | None:
        return self._ids_by_handle.get(handle.lower())

    # -- what people do

    def new_id(self, at: datetime) -> str:
        """An id nothing else has."""
        millisecond = snowflake(at)
        self._made[millisecond] += 1
        return str(millisecond | (self._made[millisecond] - 1))

    def post(self, draft: Draft) -> str:
        """The id of the new post."""
        if draft.author_id not in self._users:
            self.add_user(User(draft.author_id, f"u{draft.author_id}"[:15], f"User {draft.author_id}"))
        text = draft.text or (self._repost_text(draft.reposts) if draft.reposts else _cut(draft.long_text))
        added = self._handles_before(draft, text)
        parent = self._posts.get(int(draft.reply_to)) if draft.reply_to else None
        post_id = self.new_id(draft.at)
        post = Post(
            id=post_id,
            author_id=draft.author_id,
            text=with_handles(added, text),
            at=draft.at,
            readable_at=draft.at + draft.visible_after,
            conversation_id=parent.conversation_id if parent else draft.reply_to or post_id,
            first_id=post_id,
            lang=draft.lang,
            long_text=draft.long_text,
            reply_to=draft.reply_to,
            reply_to_user=parent.author_id if parent else None,
            quotes=draft.quotes,
            reposts=draft.reposts,
            likes=draft.likes,
            added_handles=added,
        )
        self._store(post)
        return post_id

    def edit(self, post_id: str, text: str, at: datetime) -> str:
        """The id of the new version."""
        post = self._posts[int(self._versions[self._posts[int(post_id)].first_id][-1])]
        whole = with_handles(post.added_handles, text)
        edited = replace(post, id=self.new_id(at), text=whole, long_text="", at=at, readable_at=at)
        self._store(edited)
        return edited.id

    def posted(self, post_id: str) -> Post:
        """A post as it was made, readable or not."""
        return self._posts[int(post_id)]

    def delete(self, post_id: str, at: datetime) -> None:
        """Every version of the post is gone from `at` on."""
        self._gone_at[self._posts[int(post_id)].first_id] = at

    def withhold(self, post_id: str) -> None:
        """Deletes all versions of the post for every reader."""
        self._withheld.add(self._posts[int(post_id)].first_id)

    def _store(self, post: Post) -> None:
        number = int(post.id)
        self._posts[number] = post
        self._versions[post.first_id].append(post.id)
        insort(self._all, number)
        insort(self._by_author[post.author_id], number)
        for handle in post.mentions:
            insort(self._by_mention[handle], number)
        for kind, target in references(post):
            insort(self._references[kind, target], number)

    def _repost_text(self, post_id: str) -> str:
        post = self._posts[int(post_id)]
        text = f"RT @{self._users[post.author_id].username}: {post.full_text}"
        return text if len(text) <= _REPOST_CUT else text[: _REPOST_CUT - 1] + "…"

    def _handles_before(self, draft: Draft, text: str) -> tuple[str, ...]:
        """Handles X puts before a reply: its addressee and whom that post mentions, unless already there."""
        parent = self._posts.get(int(draft.reply_to)) if draft.reply_to else None
        if parent is None or not draft.implicit_mentions:
            return ()
        known = {handle.lower() for handle in (self._users[draft.author_id].username, *mentions_in(text))}
        candidates = (self._users[parent.author_id].username, *mentions_in(parent.text))
        return tuple({name.lower(): name for name in candidates if name.lower() not in known}.values())

    def suspend(self, user_id: str) -> None:
        """Makes the account unreadable for everybody."""
        self._suspended.add(user_id)

    def block(self, user_id: str) -> None:
        """The user blocks the brand."""
        self._blocking.add(user_id)

    # -- what can be read

    def has_blocked(self, user_id: str) -> bool:
        return user_id in self._blocking

    def is_suspended(self, user_id: str) -> bool:
        return user_id in self._suspended

    def links(self, post: Post) -> str:
        """The addresses in a post; that of the post it quotes is one of them."""
        quoted = self._posts.get(int(post.quotes)) if post.quotes else None
        links = [word for word in post.full_text.split() if "://" in word]
        if quoted is not None:
            links.append(f"https://x.com/{self._users[quoted.author_id].username}/status/{quoted.id}")
        return " ".join(links)

    def is_withheld(self, post_id: str) -> bool:
        post = self._posts.get(int(post_id))
        return post is not None and post.first_id in self._withheld

    def get(self, post_id: str) -> Post:
        """The post, whether or not it can be read."""
        return self._posts[int(post_id)]

    def find(self, post_id: str, now: datetime) -> Post | None:
        """The post, in the version that is asked for, when it can be read."""
        post = self._posts.get(int(post_id))
        if post is None or post.readable_at > now or post.first_id in self._withheld:
            return None
        return None if self._gone_at.get(post.first_id, now + timedelta.resolution) <= now else post

    def versions(self, post: Post, now: datetime) -> list[str]:
        """Ids of the versions made so far, oldest first."""
        return [v for v in self._versions[post.first_id] if v == post.id or self._posts[int(v)].at <= now]

    def everything(self, now: datetime, below: int | None = None) -> Iterator[Post]:
        """All posts, or those with ids below the given one, newest first."""
        return self._newest_first(self._all, now, below)

    def posts_of(self, user_id: str, now: datetime) -> Iterator[Post]:
        return self._newest_first(self._by_author[user_id], now)

    def mentions_of(self, user_id: str, now: datetime) -> Iterator[Post]:
        user = self._users.get(user_id)
        return self._newest_first(self._by_mention[user.username.lower()] if user else [], now)

    def count(self, kind: str, post_id: str, now: datetime) -> int:
        """The number of readable posts that refer to this one: replied_to, quoted or retweeted."""
        return sum(1 for _ in self._newest_first(self._references[kind, post_id], now))

    def _newest_first(self, ids: list[int], now: datetime, below: int | None = None) -> Iterator[Post]:
        """Readable posts in their latest version; X shows older versions only to those who ask by id."""
        future = snowflake(now + timedelta(milliseconds=1))
        start = bisect_left(ids, future if below is None else min(below, future))
        for position in range(start - 1, -1, -1):
            post = self.find(str(ids[position]), now)
            if post is not None and self.versions(post, now)[-1] == post.id:
                yield post


def references(post: Post) -> list[tuple[str, str]]:
    """(kind, id) of the posts this one refers to, in X's words."""
    found = [("replied_to", post.reply_to), ("quoted", post.quotes), ("retweeted", post.reposts)]
    return [(kind, target) for kind, target in found if target is not None]


def _cut(long_text: str) -> str:
    return long_text if len(long_text) <= _CUT else long_text[: _CUT - 1] + "…"
