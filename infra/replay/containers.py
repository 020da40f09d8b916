"""Files as people have them, opened: zip, gzip and several encodings, down to named texts."""

import codecs
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The posts in the archive that X gives its users, in its versions since 2019, and the account that they are by.
_ARCHIVED = re.compile(r"(?:^|/)data/(?:tweets?(?:-part\d+)?|account)\.js$")
_RECORDED = re.compile(r"\.(?:jsonl?|ndjson|csv|tsv|txt|js|gz)$", re.IGNORECASE)
# ASCII in UTF-16 has zeros at these places of its first four bytes.
_BY_ZEROS = {b"\0\1\0\1": "utf-16-le", b"\1\0\1\0": "utf-16-be"}
# Bytes of a part of a long file; a longer first line is no post.
_PART, _LONGEST_LINE = 8_000_000, 1_000_000
_SPREADSHEETS = ("xl/workbook.xml", "content.xml")


class NotReadable(Exception):
    """A file that holds no readable recording; the message says what it is and how to convert it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with the name of the file it came from. `encoding` is None where it was UTF-8.

    `first_line` is the number of its first line in the file: above 1, the text is a later part of JSON lines.
    """

    name: str
    text: str
    encoding: str | None = None
    first_line: int = 1


def parts(path: Path, size: int = _PART) -> Iterator[Document] | None:
    """A file of JSON lines in UTF-8 that is longer than `size`, in parts of whole lines; None for any other file."""
    # A pipe can be read once, and is left to the caller.
    if not path.is_file() or path.stat().st_size <= size:
        return None
    with path.open("rb") as file:
        if not _is_object(file.readline(_LONGEST_LINE)):
            return None
    return _parts(path, size) if _is_utf8_file(path) else None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _is_utf8_file(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_PART):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _parts(path: Path, size: int) -> Iterator[Document]:
    first_line = 1
    with path.open("rb") as file:
        while block := file.read(size):
            text = (block + file.readline()).decode().removesuffix("\n")
            yield Document(str(path), text, first_line=first_line)
            first_line += text.count("\n") + 1


def documents(name: str, content: bytes) -> Iterator[Document]:
    """The texts in a file. Raises NotReadable."""
    if content.startswith(b"\x1f\x8b"):
        yield from documents(name.removesuffix(".gz"), _unzipped(name, content))
    elif content.startswith(b"PK\x03\x04"):
        yield from _members(name, content)
    elif content.startswith(b"PAR1"):
        raise NotReadable(f"{name} is a Parquet file; write it as CSV or JSON lines, with the ids as text")
    elif content.lstrip()[:1] == b"<":
        raise NotReadable(f"{name} is a web page or XML; save the data itself, as JSON lines or CSV")
    else:
        yield _document(name, content)


def _unzipped(name: str, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise NotReadable(f"{name} is a damaged gzip file; fetch or make it again") from None


def _members(name: str, content: bytes) -> Iterator[Document]:
    """The recordings in a zip file; of X's archive, the posts and the account."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if any(sheet in names for sheet in _SPREADSHEETS):
                raise NotReadable(f"{name} is a spreadsheet; save it as CSV in UTF-8, with the ids as text")
            chosen = [one for one in names if _ARCHIVED.search(one)] or [one for one in names if _RECORDED.search(one)]
            if not chosen:
                raise NotReadable(f"{name} is a zip file without posts; X's archive has them in data/tweets.js")
            for one in sorted(chosen):
                yield from documents(f"{name}/{one}", archive.read(one))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        raise NotReadable(f"{name} is a zip file that cannot be opened; unpack it, and give the files in it") from None


def _document(name: str, content: bytes) -> Document:
    if content.startswith(codecs.BOM_UTF8):
        return Document(name, content.decode("utf-8-sig", "replace"))
    if utf16 := _utf16(content):
        return Document(name, content.decode(utf16, "replace"), "UTF-16")
    try:
        return Document(name, content.decode())
    except UnicodeDecodeError:
        return _mixed(name, content)


def _utf16(content: bytes) -> str | None:
    """The form of UTF-16, by its mark or by the zeros of a text that begins in ASCII, such as JSON; else None."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return _BY_ZEROS.get(bytes(byte == 0 for byte in content[:4]))


def _mixed(name: str, content: bytes) -> Document:
    """A text in Windows' Latin-1, or one in UTF-8 with damaged lines, which stay damaged."""
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    if 2 * sum(_is_utf8(line) for line in lines) >= len(lines):
        return Document(name, content.decode("utf-8", "replace"))
    try:
        return Document(name, content.decode("cp1252"), "Latin-1")
    except UnicodeDecodeError:
        return Document(name, content.decode("latin-1"), "Latin-1")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
