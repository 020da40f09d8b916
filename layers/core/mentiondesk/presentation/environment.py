"""The one Jinja environment of all templates; `rendering` loads it when the first one is rendered."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from mentiondesk.domain.text import as_written, clean, quotable
from mentiondesk.presentation import theme
from mentiondesk.presentation.phrases import post_url
from mentiondesk.presentation.wording import Sentences, capitalised, uncapitalised


class Say:
    """Sentences of the catalogue, in templates. In HTML their facts are escaped, unless they are markup."""

    def __init__(self, wording: Sentences) -> None:
        self._wording = wording

    @pass_eval_context
    def __call__(self, context: EvalContext, key: str, **facts: object) -> str:
        sentence = self._wording.sentence(key, facts)
        return escape(sentence).format(**facts) if context.autoescape else sentence.format(**facts)


def _dark_mail() -> Markup:
    return Markup(theme.dark_mail())  # noqa: S704 - the theme's own names and colours


def _in_one_line(text: str) -> Markup:
    """The text in HTML of mails, where no line ends within it: a case's number has a hyphen."""
    return Markup('<span style="white-space:nowrap">{}</span>').format(text)


def _whole(text: str) -> Markup:
    """The same on the desk's pages, whose style stands in one file."""
    return Markup('<span class="whole">{}</span>').format(text)


@cache
def environment() -> Environment:
    found = Environment(
        loader=PackageLoader("mentiondesk.presentation"),
        autoescape=select_autoescape(["html", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals |= {"colour": theme.LIGHT, "dark_mail": _dark_mail(), "font": theme.FONT, "post_url": post_url}
    found.filters |= {"as_written": as_written, "clean": clean, "quotable": quotable}
    found.filters |= {"capitalised": capitalised, "uncapitalised": uncapitalised}
    found.filters |= {"in_one_line": _in_one_line, "whole": _whole}
    return found
