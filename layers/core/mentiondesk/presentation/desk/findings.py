"""Findings of the checks in words: the rule, and how to mend the reply."""

from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.text import clean
from mentiondesk.presentation.action_pages.reading import FormFields
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen

# The fields by which a person sends a text past a warning.
_ACCEPT = "accept_"
# Longest part of the reply that a sentence repeats.
_MOST_SHOWN = 60


def accepted_in(typed: FormFields) -> frozenset[str]:
    """The rules whose warnings a person clicked away in a form."""
    return frozenset(name.removeprefix(_ACCEPT) for name in typed if name.startswith(_ACCEPT))


class FindingView(Frozen):
    """A finding as the page shows it."""

    rule: str
    outcome: Outcome
    says: str
    cure: str
    start: int
    end: int


def finding_view(say: Sentences, finding: Finding) -> FindingView:
    """The finding in words; a rule of the brand's own brings its sentence."""
    if finding.sentence:
        says, cure = finding.sentence, ""
    else:
        facts = {name: _shown(say, name, value) for name, value in finding.facts}
        says, cure = say(f"check.{finding.rule}.says", **facts), say(f"check.{finding.rule}.cure", **facts)
    return FindingView(finding.rule, finding.outcome, says, cure, finding.start, finding.end)


def _shown(say: Sentences, name: str, value: str) -> str:
    if name == "kind":
        return say.label("check.kind", value)
    text = clean(value)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
