"""`make record`: the last seven days from X itself, as a recording for `make replay`.

It asks for the brand's user token and keeps it nowhere, says what it may cost, and begins when you agree. Each post is
read once; X's mentions go back 800 posts, its search seven days.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from infra.operate import X_CREDENTIALS, CannotDo, piped_credentials, typed_credentials
from infra.prices import prices
from infra.settings_file import SettingsFileInvalid, load_desk
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.cursor import ReadBlock, Window
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.ports.x import XFeed, XRefuses, XTooFarBack, XUnavailable
from mentiondesk.runtime import clock

# The search reaches back seven days; a little less, so that the request still fits when it arrives.
_REACH = timedelta(days=7) - timedelta(minutes=5)
_TRIES = 3
# The search needs words, which the settings have.
_SOURCES = (Source.OWN, Source.MENTIONS, Source.SEARCH)
_MOST_POSTS = 2000
_REFUSALS = {
    ReadBlock.TOKEN_REFUSED: "X refuses the token; make a new one in X's developer console, and paste all four parts",
    ReadBlock.ACCESS_REFUSED: "X refuses this read; the app needs read access, in X's developer console",
    ReadBlock.ACCOUNT_UNKNOWN: "X does not know the account; is the token the brand's own?",
    ReadBlock.ACCOUNT_SUSPENDED: "X has suspended the account; sign in to it and follow X's notice",
    ReadBlock.SEARCH_REFUSED: "X cannot read the search words; mend brand.words in the settings",
    ReadBlock.CREDITS_SPENT: "the credits at X are spent; add some in X's developer console",
    ReadBlock.RATE_LIMITED: "X wants a pause of a quarter of an hour; run it again then",
    ReadBlock.DAY_LIMITED: "X's limit for today is reached; run it again tomorrow",
    ReadBlock.MONTH_CAPPED: "X's cap for this month is reached",
}


@dataclass
class Recorder:
    """Reads feeds of X until they end or `most` posts are read. `posts` holds what was read, each post once."""

    feed: XFeed
    now: datetime
    most: int
    posts: dict[PostId, Post] = field(default_factory=dict)
    read: int = 0

    def record(self, source: Source) -> bool:
        """False where the feed was not read to its end. Raises XRefuses or XUnavailable."""
        token: str | None = None
        while self.read + self.feed.page_size <= self.most:
            page = self._page(source, token)
            self.read += page.read
            self.posts |= {post.post_id: post for post in page.posts}
            token = page.next_token
            if token is None:
                return True
        return False

    def _page(self, source: Source, token: str | None) -> Page:
        for left in reversed(range(_TRIES)):
            try:
                return self.feed.read(source, Window(start=self.now - _REACH), token, self.now)
            except XUnavailable:
                if not left:
                    raise
            except XTooFarBack as refused:
                raise XUnavailable(str(refused)) from refused
        raise AssertionError("the last try returns or raises")


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Returns 0, 1 when nothing was recorded, or 2 when the settings or the file cannot be used."""
    options = _options(arguments)
    try:
        _record(options, ask)
    except SettingsFileInvalid as invalid:
        return _failed(str(invalid), 2)
    except OSError as problem:
        return _failed(f"cannot use {problem.filename}: {problem.strerror}", 2)
    except (CannotDo, EOFError, KeyboardInterrupt) as why:
        return _failed(str(why) or "nothing was recorded", 1)
    return 0


def _record(options: argparse.Namespace, ask: Callable[[str], str]) -> None:
    settings = load_desk(options.settings) if options.settings else None
    credentials = _credentials(options.stdin)
    brand = settings.brand if settings else _owner(credentials)
    if not options.yes:
        _agree(options.most, searching=settings is not None, ask=ask)
    recorder = Recorder(TweepyFeed(lambda: credentials, options.x_url, lambda: brand), clock.now(), options.most)
    unread = list(_recorded(recorder, _SOURCES if settings else _SOURCES[:2]))
    posts = recorder.posts.values()
    _write(options.out, posts)
    print(*unread, sep="\n", end="\n" * bool(unread), file=sys.stderr)
    own = sum(post.own for post in posts)
    print(f"{recorder.read} posts were read; {options.out} holds {len(posts)}, {own} of them the brand's own")
    whose = f"SETTINGS={options.settings}" if options.settings else f"BRAND_ID={brand.user_id}"
    print(f"go on with: make replay POSTS={options.out} {whose}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make record", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--settings", type=Path, help="settings file; with it, posts with the brand's words too")
    parser.add_argument("--out", type=Path, default=Path("posts.jsonl"), help="default: %(default)s")
    parser.add_argument("--most", type=int, default=_MOST_POSTS, help="read at most so many posts (%(default)s)")
    parser.add_argument("--yes", action="store_true", help="do not ask about the price")
    parser.add_argument("--stdin", action="store_true", help=f"credentials as JSON: {', '.join(X_CREDENTIALS)}")
    parser.add_argument("--x-url", default="https://api.twitter.com", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _credentials(piped: bool) -> XCredentials:
    given = piped_credentials() if piped else typed_credentials()
    return XCredentials(**{name: given.get(name, "").strip() for name in X_CREDENTIALS}, version="typed")


def _owner(credentials: XCredentials) -> Brand:
    """The account that the token is of: OAuth 1.0a access tokens of X begin with its number."""
    user_id = credentials.access_token.partition("-")[0]
    if not user_id.isdecimal():
        raise CannotDo("this is no access token of an account; it begins with digits and a hyphen")
    return Brand("", UserId(user_id), "")


def _agree(most: int, searching: bool, ask: Callable[[str], str]) -> None:
    """Tells the price. Raises CannotDo where the person does not agree to it."""
    price = prices()
    least, dearest = most * price.owned_read, most * price.post_read
    which = "a search hit costs the higher price" if searching else "the lower one if the brand's account owns the app"
    print(
        f"At most {most} posts are read. That costs up to ${least:.2f} at ${price.owned_read} a post, or up to "
        f"${dearest:.2f} at ${price.post_read}: {which} (X's prices of {price.x_as_of})."
    )
    if ask("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        raise CannotDo("nothing was read")


def _recorded(recorder: Recorder, sources: Sequence[Source]) -> Iterator[str]:
    """Reads the sources; gives a sentence for each that was not read to its end.

    Raises CannotDo where nothing could be read at all.
    """
    for source in sources:
        try:
            if not recorder.record(source):
                yield f"{source}: not read to the end, since {recorder.most} posts are the most; MOST=... reads more"
        except XRefuses as refused:
            yield _unread(recorder, source, _REFUSALS[refused.obstacle])
        except XUnavailable as failed:
            yield _unread(recorder, source, f"X does not answer ({failed}); run it again later")


def _unread(recorder: Recorder, source: Source, why: str) -> str:
    if not recorder.posts:
        raise CannotDo(f"nothing was recorded: {why}")
    return f"{source}: {why}"


def _write(path: Path, posts: Iterable[Post]) -> None:
    """Writes the posts as JSON lines, oldest first, in one piece."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    ordered = sorted(posts, key=lambda post: (post.created_at, int(post.post_id)))
    unfinished.write_text("".join(json.dumps(as_v2(post), ensure_ascii=False) + "\n" for post in ordered), "utf-8")
    unfinished.replace(path)


def as_v2(post: Post) -> dict[str, Any]:
    """A post in the form of X's API v2, as far as the desk reads it."""
    references = {"replied_to": post.replied_to, "quoted": post.quoted}
    found = {
        "id": post.version_id,
        "text": post.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "author_id": post.author_id,
        "created_at": post.created_at.isoformat(),
        "conversation_id": post.conversation_id,
        "edit_history_tweet_ids": list(dict.fromkeys((post.post_id, post.version_id))),
        "in_reply_to_user_id": post.reply_to_user,
        "referenced_tweets": [{"type": kind, "id": post_id} for kind, post_id in references.items() if post_id],
        "lang": post.language,
        "attachments": {"media_keys": ["unknown"]} if post.media else None,
    }
    return {name: value for name, value in found.items() if value}


def _failed(why: str, status: int) -> int:
    print(why, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
