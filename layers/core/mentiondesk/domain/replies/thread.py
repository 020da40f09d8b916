"""The state of a thread, as a person saw it: a reply goes out only while the thread is still in it."""

from typing import NamedTuple
from zlib import crc32


class Thread(NamedTuple):
    """A version of a case's thread. As text, in forms: "1a2b3c4d.2".

    `posts` changes with each post that the desk did not send: a new one, another text, a post that is gone.
    `answers` counts what goes out: the brand's posts typed elsewhere, and the desk's replies that are on their way
    or sent.
    """

    posts: str = ""
    answers: int = 0

    def __str__(self) -> str:
        return f"{self.posts}.{self.answers}"

    @classmethod
    def parse(cls, text: str) -> "Thread":
        """The version from its text. Raises ValueError where the text is none."""
        posts, _, answers = text.partition(".")
        return cls(posts, int(answers))

    def posted(self, *parts: object) -> "Thread":
        """The thread with one more change of its posts."""
        found = "\x1f".join(map(str, (self.posts, *parts)))
        return Thread(f"{crc32(found.encode()):08x}", self.answers)

    def answered(self, number: int = 1) -> "Thread":
        """The thread with so many more answers."""
        return Thread(self.posts, self.answers + number)


# The thread of a post that answers nobody.
NO_THREAD = Thread()
