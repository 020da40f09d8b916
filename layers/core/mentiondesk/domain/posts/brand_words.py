"""A brand's additions to triage's own tables, which override them."""

from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.values import Frozen


class Always(Frozen):
    """A phrase that decides a post's kind, its urgency or both, whatever else the post says."""

    phrase: str
    kind: Kind | None = None
    urgency: Urgency | None = None


class BrandWords(Frozen):
    """Phrases in the language of the tables of triage.

    `words` has (meaning, phrases), where a meaning is a kind, or critical, high, low or calm. `topics` has (topic,
    phrases). `handles` are the brand's own accounts, and `names` what it is called; names tell nothing about a
    problem. A post with a phrase in `never`, and none in `always`, needs no
    answer.
    """

    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    topics: tuple[tuple[str, tuple[str, ...]], ...] = ()
    always: tuple[Always, ...] = ()
    never: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
