"""A desk's corrections as a set of labelled posts, which measures how triage reads them today.

A correction names its post by id. The text is read from the desk's table each time and kept nowhere else, so that a
post leaves the set when it is forgotten. Nothing is trained on it: X's terms forbid that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from infra.rights import ScannedTable
from infra.triage import harmless
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.timelines import entry_in
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.timeline import CaseEntry, Corrected, CustomerPosted, Retagged, Undone


@dataclass(frozen=True, slots=True)
class Correction:
    """The tags that a person gave a post in place of triage's.

    `no_case`: it needs no answer, whatever its kind. The other tags are None where they were not corrected.
    """

    post_id: PostId
    no_case: bool = False
    kind: Kind | None = None
    urgency: Urgency | None = None
    topics: frozenset[str] | None = None

    def mistakes(self, tags: Tags) -> list[str]:
        """The tags that are still wrong, each as `triage's → the person's`."""
        found = []
        if self.kind is not None and tags.kind is not self.kind:
            found.append(f"{tags.kind} → {self.kind}")
        if self.no_case and tags.needs_reply:
            found.append(f"{tags.kind} → no case")
        if self.urgency is not None and tags.urgency is not self.urgency:
            found.append(f"{tags.urgency} → {self.urgency}")
        if self.topics is not None and frozenset(tags.topics) != self.topics:
            found.append(f"{_listed(tags.topics)} → {_listed(self.topics)}")
        return found


def _listed(topics: Iterable[str]) -> str:
    return ", ".join(sorted(topics)) or "no topic"


def corrections_in(table: ScannedTable) -> list[tuple[Correction, Post]]:
    """The corrections of a desk, oldest post first, each with its post; those of forgotten posts are left out."""
    timelines: defaultdict[str, list[CaseEntry]] = defaultdict(list)
    posts: dict[PostId, Post] = {}
    for item in table.scan():
        if item.key.pk.startswith(keys.CASE_PREFIX) and item.key.sk.startswith(keys.TIMELINE):
            timelines[item.key.pk].append(entry_in(item))  # type: ignore[arg-type]  # cases hold entries of cases
        elif item.key == _key_of_post(item):
            post = item.read(Post)
            posts[post.post_id] = post
    found = [one for entries in timelines.values() for one in corrections_of(entries)]
    shown = [(one, posts[one.post_id]) for one in found if one.post_id in posts and posts[one.post_id].text]
    return sorted(shown, key=lambda pair: int(pair[0].post_id))


def _key_of_post(item: Item) -> keys.Key:
    return keys.post(PostId(item.key.pk.partition("#")[2]))


def corrections_of(entries: Iterable[CaseEntry]) -> list[Correction]:
    """The corrections in one case's timeline, one a post at most: later ones go before, undone ones count no more."""
    told = sorted(entries, key=lambda entry: entry.order)
    undone = {entry.undoes for entry in told if isinstance(entry, Undone)}
    posts: list[CustomerPosted] = []
    found: dict[PostId, Correction] = {}
    for entry in told:
        if isinstance(entry, CustomerPosted):
            posts.append(entry)
        elif isinstance(entry, Corrected | Retagged) and entry.entry_id not in undone and posts:
            post_id = _about(entry, posts).post_id
            found[post_id] = _with(entry, found.get(post_id, Correction(post_id)))
    return list(found.values())


def _about(act: Corrected | Retagged, posts: Sequence[CustomerPosted]) -> CustomerPosted:
    """The post that gave the case the tags that were wrong: the first of the heaviest kind, or the most urgent."""
    if isinstance(act, Corrected):
        return max(posts, key=lambda post: post.kind.weight)
    return max(posts, key=lambda post: post.urgency.rank)


def _with(act: Corrected | Retagged, known: Correction) -> Correction:
    if isinstance(act, Corrected):
        return replace(known, no_case=act.kind is None, kind=act.kind)
    return replace(known, urgency=act.urgency, topics=frozenset(act.topics))


def report(found: Sequence[tuple[Correction, Post]], triage: Callable[[Post], Tags], most: int) -> str:
    """The number of corrections that triage needs no more, and up to `most` posts still wrong, newest first."""
    if not found:
        return "nobody has corrected triage, or the posts are forgotten"
    wrong = [(one, post, mistakes) for one, post in found if (mistakes := one.mistakes(triage(post)))]
    right = len(found) - len(wrong)
    lines = [f"{len(found)} posts were corrected; triage reads {right} of them as corrected ({right / len(found):.0%})"]
    return "\n".join([*lines, *_shown(wrong[::-1][:most])])


def _shown(wrong: Iterable[tuple[Correction, Post, Sequence[str]]]) -> Iterator[str]:
    for one, post, mistakes in wrong:
        yield f"{one.post_id}: {'; '.join(mistakes)}\n    {harmless(' '.join(post.text.split()))}"
