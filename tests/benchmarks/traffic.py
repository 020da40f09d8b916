"""Made-up posts to and about an invented brand: the same ones on every run."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from infra.local.x_standin import StandInX, User
from mentiondesk.domain.ids import ConversationId, PostId, UserId, id_at
from mentiondesk.domain.posts.post import Post, Source
from tests.support.builders import BRAND_ID

BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")
# A Monday without a change of clocks.
BEGINS = datetime(2026, 6, 15, 0, 0, tzinfo=UTC)

# Shares of what care accounts get, by kind: complaints, questions, praise, chatter and venting.
_SHARES = (45, 20, 15, 20)
_TEXTS = (
    (
        "my parcel has not arrived and the tracking page still says it is in the van since Tuesday",
        "the jar arrived broken, there is jam all over the box, and nobody answers the phone",
        "your app crashes each time I open the basket on my phone, I tried it three times today",
        "I was charged twice for one order and want my money back, this is the second email",
        "the discount code from your newsletter does not work at the checkout, it says expired",
        "still waiting for my refund since last month, your support hung up on me",
    ),
    (
        "do you ship to Norway, and how long does it take before the holidays?",
        "when will the rhubarb jam be in stock again? The shop page only says soon",
        "is the branch in the old town open on Sunday?",
        "can I change the address of an order that I placed an hour ago?",
    ),
    (
        "thank you for the quick delivery, the marmalade is the best I ever had",
        "great service in the shop today, the lady at the counter was lovely",
        "love the new boxes!",
    ),
    (
        "breakfast with a view",
        "mondays. At least there is toast and a little jar of something good on it",
        "unboxing the winter selection with the kids tonight",
        "reading the label again: fennel, lemon, and a finch on it",
    ),
)
_ENDINGS = ("", "", " #breakfast", " Order 4711-22.", " I have been a customer for years.", " Please help!")
_ANSWERS = ("We are sorry to hear that. We look into it at once.", "Thanks for asking! It should be there on Friday.")


@dataclass(frozen=True, slots=True)
class Said:
    """A post. `to` is the index, in the whole sequence, of the post it answers; `late` hides it that long."""

    at: datetime
    author: str
    text: str
    to: int | None = None
    late: timedelta = timedelta()

    @property
    def own(self) -> bool:
        return self.author == BRAND.id


def mentions(
    count: int,
    span: timedelta,
    *,
    begins: datetime = BEGINS,
    follow_ups: float = 0.15,
    without_handle: float = 0.1,
    late: float = 0.01,
    answered: float = 0.0,
    seed: int = 1,
) -> list[Said]:
    """`count` customers' posts over `span`, oldest first, and among them the brand's answers to a share of them.

    `follow_ups` of them are the same customer's next words under their own post of the last hours,
    `without_handle` name the brand in words only, and `late` can be read only minutes after they were made.
    """
    random = Random(seed)
    at = sorted(begins + random.random() * span for _ in range(count))
    said: list[Said] = []
    openings: list[int] = []
    pending: list[tuple[datetime, int]] = []
    for moment in at:
        while pending and pending[0][0] <= moment:
            answer_at, place = pending.pop(0)
            said.append(Said(answer_at, BRAND.id, random.choice(_ANSWERS), to=place))
        recent = openings[-50:]
        hidden = timedelta(seconds=random.randint(20, 170)) if random.random() < late else timedelta()
        text = random.choice(random.choices(_TEXTS, _SHARES)[0]) + random.choice(_ENDINGS)
        if recent and random.random() < follow_ups:
            opening = random.choice(recent)
            said.append(Said(moment, said[opening].author, f"@{BRAND.username} {text}", to=opening, late=hidden))
            continue
        name = f"{BRAND.name}:" if random.random() < without_handle else f"@{BRAND.username}"
        openings.append(len(said))
        said.append(Said(moment, str(2_000_000 + len(said)), f"{name} {text}", late=hidden))
        if random.random() < answered:
            pending.append((moment + timedelta(minutes=random.randint(3, 90)), openings[-1]))
            pending.sort()
    return said


def ids(said: list[Said]) -> list[PostId]:
    """An id for each post, holding its time, all different."""
    found: list[PostId] = []
    for number, one in enumerate(said):
        found.append(PostId(str(int(id_at(one.at)) + number % 4096)))
    return found


def lines(said: list[Said]) -> Iterator[str]:
    """X API v2 posts as JSON lines, as `make replay` reads them."""
    post_ids = ids(said)
    for number, one in enumerate(said):
        yield json.dumps(raw(one, number, said, post_ids))


def raw(one: Said, number: int, said: list[Said], post_ids: list[PostId]) -> dict[str, object]:
    """A post in X's JSON form."""
    told: dict[str, object] = {
        "id": post_ids[number],
        "text": one.text,
        "author_id": one.author,
        "created_at": one.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "conversation_id": post_ids[number if one.to is None else one.to],
        "edit_history_tweet_ids": [post_ids[number]],
        "lang": "en",
    }
    if one.to is not None:
        told["referenced_tweets"] = [{"type": "replied_to", "id": post_ids[one.to]}]
        told["in_reply_to_user_id"] = said[one.to].author
    return told


def posts(said: list[Said]) -> list[Post]:
    """As the reader understands them."""
    post_ids = ids(said)
    return [
        Post(
            post_id=post_ids[number],
            version_id=post_ids[number],
            author_id=UserId(one.author),
            text=one.text,
            created_at=one.at,
            conversation_id=ConversationId(post_ids[number if one.to is None else one.to]),
            source=Source.OWN if one.own else Source.MENTIONS,
            own=one.own,
            replied_to=None if one.to is None else post_ids[one.to],
            reply_to_user=None if one.to is None else UserId(said[one.to].author),
            language="en",
        )
        for number, one in enumerate(said)
    ]


def publish(x: StandInX, said: list[Said]) -> None:
    """Has the stand-in X show these posts when their time comes."""
    post_ids: list[str] = []
    for one in said:
        reply_to = None if one.to is None else post_ids[one.to]
        told = x.post(author_id=one.author, at=one.at, text=one.text, reply_to=reply_to, visible_after=one.late)
        post_ids.append(told)
