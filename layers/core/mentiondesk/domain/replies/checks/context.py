"""The facts beside a reply that its checks need."""

from datetime import datetime

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.rules import ApprovalRules, CheckRules
from mentiondesk.values import Frozen, field


class Media(Frozen):
    """A picture or film that goes with a reply. `opened`: the sender has looked at it."""

    alt_text: str = ""
    opened: bool = False


class RecentReply(Frozen):
    """A reply that the brand gave lately, to whom and when."""

    text: str
    at: datetime
    customer: UserId


class CheckContext(Frozen):
    """The facts beside a reply.

    `customer_words` and `brand_words` are the public posts of the thread, oldest first; `private_texts` are notes and
    private messages. `recent` holds the brand's last replies of 24 hours, 100 at most. `language` is X's tag of the
    customer's latest post. `private`: only the customer will read the reply. `signature` will stand behind the text.
    """

    now: datetime
    customer: UserId
    rules: CheckRules = field(default_factory=CheckRules)
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    customer_words: tuple[str, ...] = ()
    brand_words: tuple[str, ...] = ()
    private_texts: tuple[str, ...] = ()
    recent: tuple[RecentReply, ...] = ()
    kind: Kind = Kind.COMPLAINT
    urgency: Urgency = Urgency.NORMAL
    language: str = "und"
    followers: int | None = None
    new_author: bool = False
    about_incident: bool = False
    incident_solved: bool = False
    private: bool = False
    signature: str = ""
    media: tuple[Media, ...] = ()
