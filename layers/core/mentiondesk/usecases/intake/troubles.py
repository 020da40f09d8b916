"""The troubles in a run of the reader, by the names under which operators hear of them."""

from collections.abc import Mapping

from mentiondesk.domain.posts.budget import FOUND_COSTS
from mentiondesk.domain.posts.cursor import ReadBlock
from mentiondesk.ports.x import XRefuses, XUnavailable
from mentiondesk.usecases.intake.fetch_mentions import Fetched
from mentiondesk.usecases.intake.look_up_customers import LookedUpCustomers

_OF_BLOCK = {
    ReadBlock.TOKEN_REFUSED: "XTokenRefused",
    ReadBlock.ACCESS_REFUSED: "XAccessRefused",
    ReadBlock.ACCOUNT_UNKNOWN: "XAccountUnknown",
    ReadBlock.ACCOUNT_SUSPENDED: "XAccountSuspended",
    ReadBlock.SEARCH_REFUSED: "XSearchRefused",
    ReadBlock.CREDITS_SPENT: "XCreditsSpent",
    ReadBlock.RATE_LIMITED: "XRateLimited",
    ReadBlock.DAY_LIMITED: "XRateLimited",
    ReadBlock.MONTH_CAPPED: "XMonthCapped",
}
# X shows the latest 800 mentions: half of them is a warning.
_DEEP = 400
_NEARLY = 0.8


def troubles(fetched: Fetched, looked_up: LookedUpCustomers, monthly_reads: int) -> Mapping[str, int]:
    """Counts by name; `monthly_reads` is the budget of the settings."""
    failure = looked_up.failure
    blocks = {*fetched.obstacles.values(), *((failure.obstacle,) if isinstance(failure, XRefuses) else ())}
    return {
        "PostsSetAside": fetched.set_aside,
        "XShapeUnknown": fetched.unknown_shape,
        "XUnavailable": fetched.unavailable + isinstance(failure, XUnavailable),
        "PostsOutOfReach": fetched.out_of_reach,
        "MentionsDeep": int(fetched.deepest >= _DEEP),
        "ReadBudgetSpent": int(fetched.budget_spent),
        "ReadsPaced": int(fetched.paced > 0),
        "ReadBudgetNearlySpent": int(fetched.reads_this_month >= _NEARLY * monthly_reads),
        **dict.fromkeys((_OF_BLOCK[block] for block in blocks), 1),
    }


def unread(posts: int) -> str:
    """A word on mentions of one minute that no search may find, as the operators read it."""
    return f"about {posts:,} mentions in a minute, ${posts * FOUND_COSTS:,.2f} by search"
