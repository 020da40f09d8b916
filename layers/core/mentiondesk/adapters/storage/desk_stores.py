"""The stores of one desk on its table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.replies import Replies, ReplyDrafts
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.presentation.wording import Sentences
from mentiondesk.runtime import aws, clock

ReadSettings = Callable[[Table, Callable[[], datetime]], Cached[DeskSettings]]


class DeskStores:
    """Stores that share one table, the settings in force, and their rule on how long to keep things.

    Each is made when it is first asked for. `settings`: how they are read.
    """

    def __init__(self, table: Table, now: Callable[[], datetime], settings: ReadSettings) -> None:
        self.table = table
        self.settings = settings(table, now)

    def keep(self) -> timedelta:
        return self.settings().keep

    def sentences(self) -> Sentences:
        """The wording catalogue with the settings' own sentences."""
        return Sentences(self.settings().sentences)

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self.table, self.keep, self.cases, self.incidents)

    @cached_property
    def cases(self) -> Cases:
        return Cases(self.table, self.keep)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self.table, self.keep)

    @cached_property
    def incidents(self) -> Incidents:
        return Incidents(self.table, self.keep)

    @cached_property
    def posts(self) -> Posts:
        return Posts(self.table, self.keep)

    @cached_property
    def replies(self) -> Replies:
        return Replies(self.table, self.keep, self.cases)

    @cached_property
    def reply_drafts(self) -> ReplyDrafts:
        return ReplyDrafts(self.table, self.keep)

    @cached_property
    def troubles(self) -> Troubles:
        return Troubles(self.table)


def desk_stores(table_name: str, settings: ReadSettings = current_settings) -> DeskStores:
    """The stores on the table of this name."""
    return DeskStores(DynamoTable(aws.dynamodb(), table_name), clock.now, settings)
