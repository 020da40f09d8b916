"""The posts of a recording in a temporary file: a million of them need hardly any memory."""

from array import array
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any
from weakref import finalize

from msgspec import msgpack

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Post
from mentiondesk.values import replace

_encode = msgpack.Encoder().encode


class PostFile:
    """Posts in order. A reply to a post of `leads` is read as one to the post that stands there."""

    def __init__(self) -> None:
        self.leads: Mapping[PostId, PostId] = {}
        self._file: IO[bytes] | None = None
        # Each post has a place at which it begins in the file, and a length.
        self._begins, self._lengths = array("Q"), array("L")
        self._end = 0
        self._latest: Any = None
        self._in_order = True
        self._decode = msgpack.Decoder(Post).decode

    def add(self, post: Post) -> None:
        """Adds a post behind all others."""
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - it is closed with the last reference to this object
            finalize(self, self._file.close)
        packed, key = _encode(post), _key(post)
        self._file.write(packed)
        self._begins.append(self._end)
        self._lengths.append(len(packed))
        self._end += len(packed)
        self._in_order &= self._latest is None or self._latest <= key
        self._latest = key

    def sort(self) -> None:
        """Puts the posts in the order in which they were made."""
        if not self._in_order:
            keys = [_key(post) for post in self]
            order = sorted(range(len(keys)), key=keys.__getitem__)
            self._begins = array("Q", map(self._begins.__getitem__, order))
            self._lengths = array("L", map(self._lengths.__getitem__, order))
            self._in_order = True

    def __len__(self) -> int:
        return len(self._begins)

    def __getitem__(self, number: int) -> Post:
        return self._read(self._begins[number], self._lengths[number])

    def __iter__(self) -> Iterator[Post]:
        return map(self._read, self._begins, self._lengths)

    def _read(self, begin: int, length: int) -> Post:
        assert self._file is not None, "a post was added"
        self._file.seek(begin)
        post = self._decode(self._file.read(length))
        led = self.leads.get(post.replied_to) if post.replied_to is not None else None
        return replace(post, replied_to=led) if led is not None else post


def _key(post: Post) -> Any:
    return post.created_at, int(post.post_id)
