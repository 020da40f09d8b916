"""The brand's own sentences for customers."""

from typing import Any

import pytest

from mentiondesk.domain.incidents.drafts import LINK_WEIGHT, MOST_WEIGHT, Occasion, draft_text, weight
from mentiondesk.settings.first_words import FIRST_WORDS
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.schema import WordingSettings
from tests.support.builders import settings


def wording(**sentences: str) -> Any:
    return settings(wording=sentences).wording


def test_the_defaults_are_sentences_that_name_the_incident() -> None:
    assert wording().first([]) == "We are looking into problems that customers tell us about. More soon."
    assert wording().first(["Shop", "App"]) == (
        "We are looking into problems with Shop and App that customers tell us about. More soon."
    )


@pytest.mark.parametrize("language", sorted(FIRST_WORDS))
def test_first_words_are_in_the_language_of_the_status_page(language: str) -> None:
    page = {"language": language}
    found, english = settings(status_page=page).wording, wording()
    for key in WordingSettings.model_fields:
        assert getattr(found, key) != getattr(english, key)
    assert WordingSettings(**{key: FIRST_WORDS[language][key] for key in WordingSettings.model_fields})
    assert "{" not in found.first(["Shop", "App"])
    assert " and " not in found.first(["Shop", "App"])
    own = settings(status_page=page, wording={"first_update": "Wir schauen nach."}).wording
    assert (own.first_update, own.resolved_update) == ("Wir schauen nach.", found.resolved_update)


def test_english_sentences_that_were_copied_from_the_example_give_way_to_the_page_s_language() -> None:
    copied = settings(status_page={"language": "de"}, wording=dict(WordingSettings())).wording
    assert copied == settings(status_page={"language": "de"}).wording


@pytest.mark.parametrize("language", ["en", *sorted(FIRST_WORDS)])
@pytest.mark.parametrize("occasion", Occasion)
def test_a_default_post_has_room_for_a_title_and_a_link(occasion: Occasion, language: str) -> None:
    before, after = settings(status_page={"language": language}).wording.post(occasion)
    text = draft_text(before, "x" * 300, after, with_link=True)
    assert weight(text) + LINK_WEIGHT + 1 <= MOST_WEIGHT
    assert "x" * 50 in text


def test_a_post_is_cut_at_its_title() -> None:
    assert wording(published_post="Sorry about {title}!").post(Occasion.PUBLISHED) == ("Sorry about ", "!")


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("published_post", "We are looking into it.", "with {title} in it once"),
        ("published_post", "{title} and {title}", "with {title} in it once"),
        ("published_post", "{title} with {components}", "with {title} in it once"),
        ("published_post", "{title} {", "with {title} in it once"),
        ("automatic_update", "{title}", "this key is gone"),
        ("first_update", "About {title}", "without braces"),
        ("first_update", "One line\nand another", "in one line"),
        ("first_update", "", "at least 1 character"),
        ("first_update_about", "No parts", "with {components} in it once"),
        ("published_post", "{title} " + "x" * 197, "make it 2 characters shorter"),
        ("resolved_post", "\N{CROSS MARK}" * 99 + "{title}", "make it 2 characters shorter"),
        ("resolved_update", "x" * 2001, "at most 2000 characters"),
    ],
)
def test_a_sentence_that_cannot_be_used_is_refused_in_plain_words(key: str, text: str, says: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        wording(**{key: text})
    ((place, problem),) = invalid.value.problems
    assert place == ("wording", key)
    assert says in problem
