"""What a brand adds to triage's own knowledge; it wins over it."""

from dataclasses import dataclass

from mentiondesk.domain.posts.tags import Kind, Urgency


@dataclass(frozen=True, slots=True)
class Always:
    """Whatever else a post says, the phrase decides its kind, its urgency, or both."""

    phrase: str
    kind: Kind | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class BrandWords:
    """Phrases in the language of the tables of triage.

    `words` has (what they say, phrases): a kind, or critical, high, low or calm. `topics` has (topic, phrases).
    A post that holds a phrase in `never`, and none in `always`, needs no answer.
    """

    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    topics: tuple[tuple[str, tuple[str, ...]], ...] = ()
    always: tuple[Always, ...] = ()
    never: tuple[str, ...] = ()
