"""Pages of the desk: their templates, their two files (style and script), and the headers that bind them."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from mentiondesk.presentation import rendering
from mentiondesk.presentation.action_pages.html import security_headers as link_headers
from mentiondesk.presentation.desk.responses import ROOT
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen

# A file's name changes with its content.
_FOR_EVER = "private, max-age=31536000, immutable"
# In the order in which they run.
_SCRIPTS = ("htmx.min.js", "desk.js", "composer.js")
_POLICY = "Content-Security-Policy"


class Asset(Frozen):
    """A file that pages ask for."""

    media: str
    text: str

    @property
    def version(self) -> str:
        return sha256(self.text.encode()).hexdigest()[:16]


@cache
def assets() -> Mapping[str, Asset]:
    """The files of the desk by the end of their path."""
    style = Asset("text/css; charset=utf-8", rendering.stylesheet("desk"))
    script = Asset("text/javascript; charset=utf-8", "\n".join(map(_text, _SCRIPTS)))
    return {f"{style.version}.css": style, f"{script.version}.js": script}


def asset_headers() -> Mapping[str, str]:
    return {"Cache-Control": _FOR_EVER}


def render(template: str, say: Sentences, facts: Mapping[str, object]) -> str:
    """A template by its path, as in "desk/queue.html"."""
    style, script = (f"{ROOT}/assets/{name}" for name in assets())
    return rendering.render(template, say, {**facts, "root": ROOT, "style": style, "script": script})


@cache
def security_headers() -> Mapping[str, str]:
    """For every answer of the desk: only its own files, and forms that lead to itself.

    Refusals are pages of the room of links, whose style stands in the page and is known by its hash.
    """
    inline = link_headers()[_POLICY].partition("style-src ")[2].partition(";")[0]
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' {inline}; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {**link_headers(), _POLICY: policy, "Referrer-Policy": "same-origin"}


def tag_of(html: str, marks: str = "") -> str:
    """The name of what a page shows, for If-None-Match; the marks that it was made from come first."""
    return f'"{marks}{"." if marks else ""}{digest(html)}"'


def words_of(tag: str) -> str:
    """The part of a tag that names the words of a page."""
    return tag.strip('"').rpartition(".")[2]


def marks_of(tag: str) -> str:
    """The part of a tag that names what a page was made from."""
    return tag.strip('"').rpartition(".")[0]


def digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()[:12]).decode()


def _text(name: str) -> str:
    return files("mentiondesk.presentation").joinpath(f"templates/desk/{name}").read_text(encoding="utf-8")
