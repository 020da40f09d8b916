"""The person who reads a page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId
from mentiondesk.presentation.action_pages.forms import LOCAL_TIME
from mentiondesk.presentation.times import short_moment
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen


class Reader(Frozen):
    """The person who reads a page: names and times as they know them."""

    staff: Staff
    settings: DeskSettings
    say: Sentences
    now: datetime | None = None

    @property
    def brand(self) -> str:
        return self.settings.brand.name

    def at(self, moment: datetime) -> str:
        return short_moment(self.say, moment, self.staff.zone, self.now or moment)

    def local(self, moment: datetime | None) -> str:
        """The moment as a field of the type datetime-local takes it."""
        return moment.astimezone(ZoneInfo(self.staff.zone)).strftime(LOCAL_TIME) if moment else ""

    def name(self, staff_id: StaffId | None) -> str:
        if staff_id is None:
            return self.say("page.desk")
        if staff_id == self.staff.staff_id:
            return self.say("page.you")
        known = self.settings.roster.find(staff_id)
        return known.name if known else self.say("page.left", id=staff_id)
