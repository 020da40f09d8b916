"""The brand account whose mentions are answered."""

from dataclasses import dataclass

from mentiondesk.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand's account on X. `words` are searched for in posts that do not mention the handle."""

    name: str
    user_id: UserId
    handle: str
    words: tuple[str, ...] = ()
