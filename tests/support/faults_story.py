"""A compact hour at a shop: answers, edits, late arrivals, an outage, alerts of every stage, a digest, a held text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.local.desk import VirtualClock
from infra.local.x_standin import StandInX, User
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Impact, Incident, Status
from mentiondesk.settings.schema import SettingsFile
from tests.support.builders import BRAND_ID, NOON, settings_file
from tests.support.faults import MINUTE, FaultyDesk

BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")


def the_settings(strict: bool = False) -> SettingsFile:
    """Short deadlines, one phone that sleeps until 12:26, and digests from three messages on.

    `strict`: X is read without overlap and without sweeps, which would mend a cursor that moved too early.
    """
    staff = [
        {"id": "ana", "name": "Ana", "email": "ana@example.com", "phone": "+447700900101", "duty": "always"},
        {
            "id": "ben",
            "name": "Ben",
            "phone": "+447700900102",
            "duty": "always",
            "quiet": {"week": {"daily": ["11:00-12:26"]}},
        },
        {"id": "mo", "name": "Mo", "email": "mo@example.com", "phone": "+447700900103", "roles": ["lead"]},
    ]
    stages = [
        {"name": "half_time", "at": "50%", "send": [{"to": "duty", "by": "email"}]},
        {"name": "breach", "at": "100%", "send": [{"to": "duty", "by": "text"}]},
        {"name": "late", "at": "8m after", "send": [{"to": "lead", "by": ["email", "text"]}]},
    ]
    targets = {"complaint": {"within": "16m", "high": "8m"}, "question": "20m"}
    return settings_file(
        staff=staff,
        alerts={"stages": stages},
        targets={"first_reply": targets, "next_reply": targets, "follow_up": "12m"},
        reading={"sweep_every": "10h", "overlap": "0s"} if strict else {"sweep_every": "20m"},
    )


@dataclass(frozen=True)
class Story:
    """The posts on X, and the minutes in which the schedules run; idle minutes are left out."""

    brief: bool = False
    strict: bool = False

    def minutes(self) -> Iterator[datetime]:
        """Until every stage of every case is past."""
        counts = (*range(1, 9), *range(13, 40, 5)) if self.brief else (*range(1, 15), *range(18, 54, 4))
        # What the interruption budget gathers goes out later than the last stage: in the longer form after an hour,
        # because a customer has another case that was told.
        for count in (*counts, 58, 64, 80, *(() if self.brief else (110, 150))):
            yield NOON + count * MINUTE

    def desk(self) -> FaultyDesk:
        """A desk before its first minute, and an X on which all of it will happen."""
        clock = VirtualClock(NOON)
        x = StandInX(brand=BRAND, now=clock.now)
        tell(x, NOON, timedelta(0) if self.strict else timedelta(minutes=4))
        if not self.brief:
            tell_more(x, NOON)
        return FaultyDesk(x, clock, the_settings(self.strict), [a_maintenance(NOON)])


def a_maintenance(start: datetime) -> Incident:
    """Begins and ends while the story goes on; the status page tells of both."""
    return Incident(
        IncidentId("maintenance"),
        Status.SCHEDULED,
        "New tills",
        created_at=start,
        started_at=start,
        impact=Impact.MAINTENANCE,
        scheduled_for=start + 2 * MINUTE,
        scheduled_until=start + 6 * MINUTE,
        published_at=start,
    )


def _said(x: StandInX, at: datetime, author: str, text: str, **more: object) -> str:
    return x.post(author_id=author, at=at, text=text, **more)  # type: ignore[arg-type]


def tell(x: StandInX, start: datetime, late: timedelta) -> None:
    """A complaint and a danger that nobody answers, thanks, an edit, a late arrival, and an answer in two posts."""

    def at(minute: float) -> datetime:
        return start + timedelta(minutes=minute)

    _said(x, at(0.2), "51", "@FennelAndFinch my order is broken and nobody answers")
    asked = _said(x, at(0.7), "52", "@FennelAndFinch when do you open tomorrow?")
    _said(x, at(1.5), "54", "@FennelAndFinch my parcel has not arrived", visible_after=late)
    _said(x, at(2.4), BRAND.id, "We open at nine.", reply_to=asked)
    edited = _said(x, at(2.6), "55", "@FennelAndFinch the lid is cracked")
    x.edit(edited, "@FennelAndFinch the lid is cracked, I want a refund", at(3.5))
    _said(x, at(3.7), "67", "@FennelAndFinch the lamp caught fire and my daughter has burnt her hand")
    down = _said(x, at(5.1), "61", "@FennelAndFinch your shop is down, error 500")
    # The same page of the mentions brings it and the one before.
    _said(x, at(5.3), "53", "@FennelAndFinch thank you, I love the new tea!")
    answer = _said(x, at(7.1), BRAND.id, "Sorry! We are on it.", reply_to=down)
    _said(x, at(7.2), BRAND.id, "It will take about ten minutes.", reply_to=answer)


def tell_more(x: StandInX, start: datetime) -> None:
    """Further events of a whole day: an outage, a search hit, a repost, a case that goes on in private."""

    def at(minute: float) -> datetime:
        return start + timedelta(minutes=minute)

    _said(x, at(3.2), "56", "Fennel & Finch sent me the wrong colour, what now?")
    _said(x, at(5.2), "62", "@FennelAndFinch your shop is down again")
    _said(x, at(5.4), "63", "@FennelAndFinch is your shop down?")
    first = _said(x, at(4.1), "57", "@FennelAndFinch lol same as every year")
    _said(x, at(4.4), "58", "so true", reposts=first)
    first = _said(x, at(4.5), "52", "@FennelAndFinch do you sell kettles?")
    answer = _said(x, at(6.1), BRAND.id, "We do, three of them.", reply_to=first)
    _said(x, at(6.2), BRAND.id, "All on the first floor.", reply_to=answer)
    again = _said(x, at(8.2), "52", "@FennelAndFinch and on Sunday?", reply_to=first)
    gone = _said(x, at(8.5), "59", "@FennelAndFinch is this the right shop?")
    x.delete(gone, at(8.7))
    _said(x, at(9.1), BRAND.id, "We are closed on Sunday.", reply_to=again)
    x.edit(again, "@FennelAndFinch and on Sunday, or Monday?", at(9.6))
    # More people in danger than ring one by one, one of whom complained before.
    for minute, author in ((6.2, "68"), (6.6, "69"), (7.3, "70"), (9.2, "54")):
        _said(x, at(minute), author, "@FennelAndFinch the plug exploded and there is smoke in my kitchen")
    private = _said(x, at(10.1), "66", "@FennelAndFinch my card was charged twice")
    _said(x, at(11.2), BRAND.id, "Please send us a DM with your order number.", reply_to=private)
    _said(x, at(12.1), BRAND.id, "New tea in the shop today.")
    _said(x, at(12.3), "51", "@FennelAndFinch hello? still broken", quotes=first)
