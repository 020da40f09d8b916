"""The wording catalogue: complete, used, and safe to override."""

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.incidents.incident import Health, Impact, Status
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.reply import Refusal
from mentiondesk.presentation.wording import Sentences, catalogue, problems

PRESENTATION = Path(__file__).parents[2] / "layers/core/mentiondesk/presentation"
# Area → the names of the vocabulary that need a label in it.
VOCABULARY = {
    "kind": Kind,
    "what": Urgency,
    "clock": Clock,
    "status": Status,
    "impact": Impact,
    "health": Health,
    "site.headline": Impact,
    "x_refusal": Refusal,
    "staff.news": OwnerNews,
    "staff.headline": OwnerNews,
    "rules.by": Channel,
}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of the file. The later one of two keys would hide the earlier one, with all below it."""
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    return dict(pairs)


@pytest.mark.parametrize("path", sorted((PRESENTATION / "wording").glob("*.json")), ids=lambda path: path.name)
def test_no_key_stands_twice(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)


def test_every_refusal_has_a_next_step() -> None:
    assert all(catalogue()[f"next_step.{one}"].endswith(".") for one in Refusal)


@pytest.mark.parametrize(("area", "names"), VOCABULARY.items(), ids=VOCABULARY)
def test_every_name_of_the_vocabulary_has_its_own_label(area: str, names: type[Kind]) -> None:
    labels = [catalogue()[f"{area}.{name}"] for name in names]
    assert area == "what" or len(set(labels)) == len(labels)


def test_sentences_take_their_facts() -> None:
    say = Sentences()
    assert say("staff.claimed_by", name="Bo") == "claimed by Bo"
    assert (say("people", count=1), say("people", count=2), say("people", count=0)) == (
        "1 person",
        "2 people",
        "0 people",
    )


def test_braces_in_a_fact_are_text() -> None:
    assert Sentences()("staff.claimed_by", name="{0.__class__}") == "claimed by {0.__class__}"


def test_an_unknown_sentence_and_a_missing_fact_are_errors() -> None:
    with pytest.raises(KeyError):
        Sentences()("staff.nothing", count=1)
    with pytest.raises(KeyError):
        Sentences()("staff.claimed_by")


def test_names_that_settings_invent_stand_for_themselves() -> None:
    assert Sentences().label("topic", "gift_cards") == "gift cards"


def test_settings_may_override_single_sentences() -> None:
    say = Sentences({"staff.claimed_by": "bei {name}", "people.one": "{count} Mensch"})
    assert say("staff.claimed_by", name="Bo") == "bei Bo"
    assert say("people", count=1) == "1 Mensch"
    assert say("people", count=2) == "2 people"


UNUSABLE = {
    "staff.nothing": "a sentence that nothing shows",
    "staff.claimed_by": "claimed by {deadline}",
    "staff.more": "And {count.__class__} more",
    "staff.part_of": "Part of {title",
}


def test_overrides_that_cannot_be_used_are_named_and_give_way() -> None:
    found = problems({**UNUSABLE, "staff.unlisted": "{count} more"})
    assert list(found) == list(UNUSABLE)
    assert found["staff.claimed_by"] == "the sentence has no {deadline}"
    say = Sentences(UNUSABLE)
    assert say("staff.claimed_by", name="Bo") == "claimed by Bo"
    assert say("staff.more", count=3) == "And 3 more."
    assert say("staff.part_of", title="t") == "Part of incident: t"


def test_both_forms_of_a_count_hold_the_same_facts() -> None:
    for key, sentence in catalogue().items():
        if key.endswith(".one"):
            other = catalogue()[f"{key.removesuffix('.one')}.other"]
            assert facts(sentence) == facts(other), key


def facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def used() -> tuple[set[str], set[str]]:
    """Keys that code and templates name in full, and the beginnings of those that they put together."""
    text = "".join(
        file.read_text(encoding="utf-8") for kind in ("*.py", "*.html", "*.txt") for file in PRESENTATION.rglob(kind)
    )
    whole = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_0-9]+)*)["']""", text))
    begun = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_]+)*[._])["'] ~""", text))
    begun |= set(re.findall(r"""f"([a-z_]+(?:\.[a-z_]+)*[._])\{""", text))
    begun |= {f"{area}." for area in re.findall(r"""label\(["']([a-z_]+)["'],""", text)}
    return whole, begun


def test_every_sentence_is_used() -> None:
    whole, begun = used()
    unused = [
        key
        for key in catalogue()
        if re.sub(r"\.(one|other)$", "", key) not in whole and not key.startswith(tuple(begun))
    ]
    assert not unused


# A tag, or attributes that a macro adds to one.
_TAG = re.compile(r"<[^>]*>|[\w-]+=\"[^\"]*\"")


def test_templates_hold_no_sentences() -> None:
    """Words between tags belong into the catalogue."""
    for file in sorted([*PRESENTATION.rglob("*.html"), *PRESENTATION.rglob("*.txt")]):
        text = re.sub(r"\{[{%#].*?[}%#]\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        words = re.findall(r"[A-Za-z]{2,}", _TAG.sub(" ", text))
        assert set(words) <= {"JSON"}, (file.name, words)


def test_code_of_presentation_and_use_cases_holds_no_sentences() -> None:
    """Log messages and reasons in ledgers begin small; sentences for people do not."""
    folders = (PRESENTATION, PRESENTATION.parent / "usecases")
    found = {
        f"{file.relative_to(PRESENTATION.parent)}: {text}"
        for folder in folders
        for file in folder.rglob("*.py")
        for text in _texts(ast.parse(file.read_text(encoding="utf-8")))
        if file.name not in _PROTOCOLS and re.match(r"[A-Z][a-z’]+ [a-z]", text)
    }
    assert not found


# Modules that speak a protocol: Statuspage's API, security headers.
_PROTOCOLS = ("api.py", "html.py")


def _texts(tree: ast.Module) -> list[str]:
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, (ast.Assert, ast.Raise)):
            silent.update(id(below) for below in ast.walk(node))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
    ]
