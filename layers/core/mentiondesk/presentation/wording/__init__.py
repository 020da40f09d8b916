"""The wording catalogue: every sentence that people read on pages, in mails and in texts.

The catalogue is `en.json`, by area and name. JSON, because each cold start reads it: tomllib takes thirty times as
long. Settings may override single entries, or all of them for another language.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter

from mentiondesk.domain.desk import DeskSettings

Overrides = Mapping[str, str]


class Sentences:
    """Sentences by key, like "case_alert.subject"; `overrides` take the place of the catalogue's.

    Sentences hold the names of facts in braces. A key with the forms "one" and "other" takes the form of its
    fact `count`. An override that cannot be used gives way to the catalogue: no alert may fail for its words.
    """

    def __init__(self, overrides: Overrides | None = None) -> None:
        self._overrides = {key: text for key, text in (overrides or {}).items() if not _problem(key, text)}

    def __call__(self, key: str, **facts: object) -> str:
        """The sentence with its facts in place. Raises KeyError for an unknown key or a missing fact."""
        return self.sentence(key, facts).format_map(facts)

    def sentence(self, key: str, facts: Mapping[str, object]) -> str:
        """The sentence, its facts still in braces."""
        if key not in catalogue():
            key = f"{key}.{'one' if facts['count'] == 1 else 'other'}"
        return self._overrides.get(key) or catalogue()[key]

    def label(self, area: str, name: str) -> str:
        """The label of a name of the vocabulary; a name that settings invented stands for itself."""
        key = f"{area}.{name}"
        return self(key) if key in catalogue() else name.replace("_", " ")


@cache
def translations(language: str) -> Overrides:
    """The sentences that customers read in another language than English, by their keys."""
    if language == "en":
        return {}
    text = files("mentiondesk.presentation.wording").joinpath(f"{language}.json").read_text(encoding="utf-8")
    return dict(_entries(json.loads(text), ""))


def for_customers(settings: DeskSettings) -> Sentences:
    """The sentences of pages and mails that customers read: the page's language, and the brand's own words."""
    return Sentences({**translations(settings.page.language), **settings.sentences})


@cache
def catalogue() -> Mapping[str, str]:
    """Every key with its English sentence."""
    text = files("mentiondesk.presentation.wording").joinpath("en.json").read_text(encoding="utf-8")
    return dict(_entries(json.loads(text), ""))


def problems(overrides: Overrides) -> dict[str, str]:
    """Overrides that cannot be used, each with the reason."""
    found = {key: _problem(key, sentence) for key, sentence in overrides.items()}
    return {key: problem for key, problem in found.items() if problem}


def _problem(key: str, sentence: str) -> str:
    if key not in catalogue():
        return "there is no such sentence"
    try:
        unknown = _facts(sentence) - _facts(catalogue()[key])
    except ValueError:
        return "a brace is not closed; write {{ and }} for braces themselves"
    return f"the sentence has no {{{min(unknown)}}}" if unknown else ""


def _facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def _entries(tree: Mapping[str, object], path: str) -> Iterator[tuple[str, str]]:
    for name, below in tree.items():
        if isinstance(below, dict):
            yield from _entries(below, f"{path}{name}.")
        else:
            yield path + name, str(below)


def uncapitalised(text: str) -> str:
    """The label with a small first letter, to stand within a sentence. Nouns behind it keep their capitals."""
    return text[:1].lower() + text[1:]


def capitalised(text: str) -> str:
    """The text with a capital first letter; the others stay as they are."""
    return text[:1].upper() + text[1:]
