"""Recorded posts, read from whatever form people have them in, and put in the order in which they were made."""

import csv
import io
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from infra.replay.containers import Document, NotReadable
from infra.replay.post_file import PostFile
from infra.replay.shapes import ARCHIVE, CUSTOMER_SUPPORT, Authors, Raw, shape_of
from mentiondesk.adapters.x.posts import Repost, read_post
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.post import Post, Source, Unreadable

# More records than this share left out, and the figures would not be about what was recorded.
MOST_LEFT_OUT = 0.03
_MOST_PLACES = 5
# Lines of an array written by hand that hold nothing.
_BRACKETS = ("", "[", "]", "],", ",")
_NAMES = {"tweet_id": "id", "user_id": "author_id", "date": "created_at"}
_NEEDED = ("id", "text", "author_id", "created_at")
_COLUMN = re.compile(r"[A-Za-z][\w. -]{0,60}")
_NO_JSON = "is not JSON"
_ADVICE = {
    _NO_JSON: "each line, or the whole file, must be JSON, or CSV with a first line of column names",
    "id": "ids are digits; where a spreadsheet made 2.07E+18 of them, export again with ids as text",
    "created_at": "times are written like 2026-06-17T09:00:00Z",
    "author_id": "each post needs the number of its author; get posts with author_id, for example by make record",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that could not be read as a post: its place in the files, and why."""

    place: str
    reason: str


@dataclass
class Recording:
    """The posts of one or more files, oldest first. `notes` are sentences about the files that a person should read."""

    posts: PostFile = field(default_factory=PostFile)
    records: int = 0
    reposts: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def too_much_left_out(self) -> bool:
        return len(self.left_out) > MOST_LEFT_OUT * self.records

    def complaints(self) -> Iterator[str]:
        """A sentence for each reason for which records were left out, with the first places and the remedy."""
        by_reason: dict[str, list[str]] = defaultdict(list)
        for one in self.left_out:
            by_reason[one.reason].append(one.place)
        for reason, places in by_reason.items():
            shown = ", ".join(places[:_MOST_PLACES])
            more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
            advice = next((f"; {text}" for name, text in _ADVICE.items() if name in reason), "")
            yield f"{shown}{more}: {reason}{advice}"


def read_recording(files: Iterable[Document], brand: Brand) -> Recording:
    """The recording in some files. A post by any account of `brand` is an own one. Raises NotReadable."""
    reader = _Reader(brand)
    for document in files:
        reader.read(document)
    return reader.finished()


class _Reader:
    """Reads documents one after the other into a recording."""

    def __init__(self, brand: Brand) -> None:
        self._own = brand.own_ids
        self._authors = Authors({handle.lower(): user_id for user_id, handle in brand.handles}, brand.user_id)
        self._brand = brand
        self._found = Recording()
        self._shapes: Counter[str] = Counter()
        self._references = _References()

    def read(self, document: Document) -> None:
        if document.encoding:
            self._found.notes.append(f"{document.name} is in {document.encoding}, and was read as such")
        if document.name.endswith("account.js"):
            self._check_account(document)
            return
        rows = _rows(document) if document.first_line == 1 else None
        companies = _companies(rows) if rows is not None else frozenset[str]()
        places = _numbered(document.name, self._of_brand(rows, companies)) if rows is not None else _values(document)
        for place, value in places:
            for raw in _posts_in(value, self._own):
                self._found.records += 1
                self._read(place, raw, companies)

    def _check_account(self, document: Document) -> None:
        if not any(user_id in document.text for user_id in self._own):
            brand = self._brand.user_id
            self._found.notes.append(f"{document.name} is not of the brand's account ({brand}); is BRAND_ID=... right?")

    def _of_brand(self, rows: Iterable[Raw], companies: frozenset[str]) -> Iterable[Raw]:
        """The rows of a set about many companies that belong to the brand's conversations. `rows` is read twice."""
        if len(companies) < 2:
            return rows
        handles = {handle.lower() for _, handle in self._brand.handles}
        mine = {company for company in companies if company.lower() in handles}
        if not mine:
            some = ", ".join(sorted(companies)[:8])
            raise NotReadable(f"the file has posts of {len(companies)} companies ({some}, …); put one as brand.handle")
        asked = {str(row.get("in_response_to_tweet_id")) for row in rows if row["author_id"] in mine}
        marks = [f"@{handle}" for handle in handles]
        return (row for row in rows if row["author_id"] in mine or row["tweet_id"] in asked or _names(row, marks))

    def _read(self, place: str, raw: object, companies: frozenset[str]) -> None:
        if isinstance(raw, LeftOut):
            self._found.left_out.append(raw)
            return
        if isinstance(raw, dict):
            shape = shape_of(raw)
            self._shapes[shape.name if shape else ""] += 1
            raw = self._authors.named(shape.as_v2(raw), companies) if shape else raw
        match read_post(raw, Source.MENTIONS, self._own):
            case Unreadable(reason=reason):
                self._found.left_out.append(LeftOut(place, f"is no post: {reason}"))
            case Repost():
                self._found.reposts += 1
            case Post() as post:
                self._found.posts.add(post)
                self._references.note(post)

    def finished(self) -> Recording:
        found = self._found
        found.notes += [f"{count} posts are in the form of {name}" for name, count in self._shapes.items() if name]
        if found.posts and set(self._shapes) == {ARCHIVE.name}:
            found.notes.append(
                "X's archive holds the brand's own posts alone; give a file with its customers' posts beside it"
            )
        found.posts.sort()
        found.posts.leads, mended = self._references.leads()
        if mended:
            found.notes.append(
                f"{mended} replies name posts whose ids differ in their last digits alone: a spreadsheet rounded them. "
                "They were put together again where only one post fits; export again with ids as text"
            )
        return found


def _values(document: Document) -> Iterator[tuple[str, object]]:
    """The JSON values in a text, each with its place; a value that is none is a LeftOut."""
    if document.first_line > 1:
        yield from _lines(document)
        return
    text = document.text
    begin = text.lstrip("\ufeff \t\r\n")
    if begin.startswith("window."):
        text = begin = begin.partition("=")[2].rstrip().removesuffix(";")
    first_line = begin.lstrip().partition("\n")[0].strip()
    if begin.lstrip().startswith(("[", "{")) and not _is_json(first_line):
        whole = list(_whole_values(text))
        if whole:
            yield from ((f"{document.name} post {number}", value) for number, value in enumerate(whole, start=1))
            return
    yield from _lines(replace(document, text=text))


def _lines(document: Document) -> Iterator[tuple[str, object]]:
    """The JSON values in the lines of a text, each with its place."""
    for number, line in enumerate(document.text.split("\n"), start=document.first_line):
        place = f"{document.name} line {number}"
        value = line.strip("\ufeff \t\r")
        if value not in _BRACKETS:
            yield place, _value(place, value)


def _whole_values(text: str) -> Iterator[object]:
    """The JSON values that a text is made of, one after the other; none where it is not made of them."""
    decoder, found, at = json.JSONDecoder(), [], 0
    try:
        while (at := _next_value(text, at)) < len(text):
            value, at = decoder.raw_decode(text, at)
            found += value if isinstance(value, list) else [value]
    except (ValueError, RecursionError):
        return iter(())
    return iter(found)


def _next_value(text: str, at: int) -> int:
    while at < len(text) and text[at] in "\ufeff \t\r\n,":
        at += 1
    return at


def _value(place: str, line: str) -> object:
    """The value in a line, which may be part of an array written by hand."""
    for candidate in (line, line.rstrip(","), line.rstrip(",]"), line.lstrip("[").rstrip(",")):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return LeftOut(place, _NO_JSON)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _posts_in(value: object, own: frozenset[Any]) -> Iterator[object]:
    """The posts in a value: a post, a page of posts, a message of a stream, an archived post, or a list of these."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for one in value:
            yield from _posts_in(one, own)
    elif not isinstance(value, dict):
        yield value
    elif isinstance(value.get("tweet"), dict):
        yield value["tweet"]
    elif "text" in value or "full_text" in value or not {"data", "meta", "errors"} & value.keys():
        yield value
    else:
        data = value.get("data", [])
        yield from data if isinstance(data, list) else [data]
        yield from _included(value.get("includes"), own)


def _included(includes: object, own: frozenset[Any]) -> Iterator[object]:
    """The brand's own posts beside a page: answers to others. Posts of others there may not be to the brand."""
    if isinstance(includes, dict):
        posts = [*(includes.get("tweets") or ()), *(includes.get("posts") or ())]
        yield from (post for post in posts if isinstance(post, dict) and str(post.get("author_id")) in own)


@dataclass(frozen=True)
class _Table:
    """The rows of a CSV text, made anew each time they are read, since sets of millions of rows are common."""

    text: str
    columns: Sequence[str]
    separator: str

    def __iter__(self) -> Iterator[Raw]:
        csv.field_size_limit(10_000_000)
        lines = io.StringIO(self.text, newline="\n")
        next(lines)
        rows = csv.reader(lines, delimiter=self.separator)
        return (dict(zip(self.columns, row, strict=False)) for row in rows if any(row))


def _rows(document: Document) -> _Table | None:
    """The rows of a text that is CSV; None where it is not. Raises NotReadable where columns are missing."""
    text = document.text.lstrip("\ufeff\r\n")
    head = text.partition("\n")[0].strip()
    separator = max(",;\t", key=head.count)
    written = [name.strip().strip('"').strip() for name in head.split(separator)]
    columns = [_NAMES.get(name, name) for name in written]
    if len(columns) < 2 or not all(_COLUMN.fullmatch(name) for name in columns):
        return None
    if "in_response_to_tweet_id" in written:
        return _Table(text, written, separator)
    if missing := ", ".join(name for name in _NEEDED if name not in columns):
        raise NotReadable(
            f"{document.name} is CSV with the columns {', '.join(columns)[:200]}; it lacks {missing}. "
            f"Name the columns {', '.join(_NEEDED)}, and conversation_id and in_reply_to_user_id where there are any"
        )
    return _Table(text, columns, separator)


def _companies(rows: _Table) -> frozenset[str]:
    """The handles of companies in rows of "Customer Support on Twitter", where customers stand under numbers."""
    if not CUSTOMER_SUPPORT.known_by(dict.fromkeys(rows.columns)):
        return frozenset()
    return frozenset(author for row in rows if (author := str(row.get("author_id", ""))) and not author.isdigit())


def _names(row: Raw, marks: Sequence[str]) -> bool:
    text = str(row.get("text", "")).lower()
    return any(mark in text for mark in marks)


def _numbered(name: str, rows: Iterable[Raw]) -> Iterator[tuple[str, object]]:
    return ((f"{name} row {number}", row) for number, row in enumerate(rows, start=1))


class _References:
    """The posts that replies of a recording name."""

    def __init__(self) -> None:
        self._known: set[PostId] = set()
        # The posts by the ids of their later versions.
        self._versions: dict[PostId, PostId] = {}
        self._named: list[PostId] = []

    def note(self, post: Post) -> None:
        self._known.add(post.post_id)
        if post.version_id != post.post_id:
            self._versions[post.version_id] = post.post_id
        if post.replied_to is not None:
            self._named.append(post.replied_to)

    def leads(self) -> tuple[dict[PostId, PostId], int]:
        """The posts that are meant by ids of later versions and by rounded ids; the count of replies to the latter."""
        named = ((one, self._versions.get(one, one)) for one in self._named)
        missing = [(one, post_id) for one, post_id in named if post_id not in self._known]
        meant = self._meant({post_id for _, post_id in missing})
        rounded = {one: meant[post_id] for one, post_id in missing if post_id in meant}
        return self._versions | rounded, sum(post_id in meant for _, post_id in missing)

    def _meant(self, missing: Collection[PostId]) -> dict[PostId, PostId]:
        """The missing ids to which exactly one known post fits, with that post."""
        by_rounded: dict[str, list[PostId]] = {_rounded(post_id): [] for post_id in missing}
        for post_id in self._known if missing else ():
            if (found := by_rounded.get(_rounded(post_id))) is not None:
                found.append(post_id)
        return {one: found[0] for one in missing if len(found := by_rounded[_rounded(one)]) == 1}


def _rounded(post_id: str) -> str:
    """An id as a spreadsheet keeps it: 15 digits, the rest zeros."""
    number = int(post_id)
    places = max(0, int(math.log10(number)) - 14) if number else 0
    return str(round(number, -places))
