"""The roster: the people alerts go to, the channels that reach them, and the stages that call them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import assert_never

from mentiondesk.domain.hours import Hours
from mentiondesk.domain.ids import StaffId
from mentiondesk.values import Frozen, replace

# Moments whose people on duty are remembered: those of one run of the notifier.
_MOST_MOMENTS = 256


class Channel(StrEnum):
    """A way to reach a person; ROOM is that of rooms, where nobody in particular is reached."""

    EMAIL = "email"
    TEXT = "text"
    ROOM = "room"

    @property
    def interrupts(self) -> bool:
        """True when its messages are phone messages: they ring, and quiet hours and limits hold them back."""
        return CHANNELS[self].rings

    @property
    def order(self) -> Sequence["Channel"]:
        """All channels in the order in which a message meant for this one tries them."""
        return _ORDERS[self]


class ChannelTraits(Frozen):
    """The ways in which channels differ. `plural` names their messages where they are counted."""

    plural: str
    # A message rings a phone.
    rings: bool = False
    # A message has the length of a text, and one link.
    short: bool = False


CHANNELS: Mapping[Channel, ChannelTraits] = {
    Channel.EMAIL: ChannelTraits("emails"),
    Channel.TEXT: ChannelTraits("texts", rings=True, short=True),
    Channel.ROOM: ChannelTraits("rooms"),
}


def fallback(channel: Channel, traits: Mapping[Channel, ChannelTraits] = CHANNELS) -> Sequence[Channel]:
    """This channel, then those that ring a phone or do not, as it does, then the rest; each in the table's order."""
    rings = traits[channel].rings
    return sorted(traits, key=lambda one: (one is not channel, traits[one].rings is not rings))


_ORDERS = {channel: fallback(channel) for channel in Channel}


class Audience(StrEnum):
    """The people a stage calls; names are found in the roster when the alert goes out."""

    DUTY = "duty"
    LEAD = "lead"
    MANAGER = "manager"
    ROOM = "room"


class Stage(Frozen):
    """A step of alerting: at `share` of the target, moved by `shift` (negative: before).

    `unless_claimed`: it is left out while somebody owns the case. `once_claimed`: while nobody does.
    """

    name: str
    share: float
    shift: timedelta
    send: tuple[tuple[Audience, Channel], ...]
    unless_claimed: bool = False
    once_claimed: bool = False


class DutyChange(Frozen):
    """A person's word that they are on duty, or off, whatever their shifts say. It ends by itself."""

    staff_id: StaffId
    on: bool
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until


class Staff(Frozen):
    """A person: how to reach them, when they are on duty, and when phone messages should wait.

    `addresses` holds at least one address. `shifts` None means never on duty by the clock: such a person gets
    only the alerts of their roles. `said` is the person's latest word about their duty, `started`
    their first day at the desk.
    """

    staff_id: StaffId
    name: str
    addresses: Mapping[Channel, str]
    zone: str = "UTC"
    always_on_duty: bool = False
    shifts: Hours | None = None
    quiet: Hours | None = None
    roles: frozenset[Audience] = frozenset()
    said: DutyChange | None = None
    started: date | None = None

    def __hash__(self) -> int:
        return hash(self.staff_id)

    def on_duty(self, now: datetime) -> bool:
        if self.said is not None and self.said.holds(now):
            return self.said.on
        return self.always_on_duty or (self.shifts is not None and self.shifts.is_open(now))

    def ways(self, channel: Channel) -> Sequence[tuple[Channel, str]]:
        """The person's channels with their addresses, in the order in which a message for `channel` tries them."""
        return [(way, address) for way in channel.order if (address := self.addresses.get(way))]

    def reachable(self, channel: Channel) -> Channel:
        """`channel`, or the next one on which the person has an address."""
        if self.addresses.get(channel):
            return channel
        return next((way for way in channel.order if self.addresses.get(way)), channel)

    @property
    def calm_channel(self) -> Channel | None:
        """The person's first channel that does not interrupt; None when every message rings their phone."""
        return next((way for way in Channel if not way.interrupts and self.addresses.get(way)), None)


class Roster(Frozen, dict=True, gc=True):
    """Everybody an alert can go to."""

    staff: tuple[Staff, ...]
    # Rooms, each in the form of a person whose only address is its own: never on duty, and never acting.
    rooms: tuple[Staff, ...] = ()

    def with_duty(self, changes: Iterable[DutyChange]) -> "Roster":
        """The roster with each person's word about their duty; people who have left are passed over."""
        said = {change.staff_id: change for change in changes}
        return replace(self, staff=tuple(replace(one, said=said.get(one.staff_id)) for one in self.staff))

    def find(self, staff_id: StaffId) -> Staff | None:
        return self._by_id.get(staff_id)

    @cached_property
    def _by_id(self) -> Mapping[StaffId, Staff]:
        return {one.staff_id: one for one in (*self.rooms, *self.staff)}

    @cached_property
    def _by_role(self) -> Mapping[Audience, Sequence[Staff]]:
        return {role: [one for one in self.staff if role in one.roles] for role in Audience}

    @cached_property
    def _at_work(self) -> Callable[[datetime], Sequence[Staff]]:
        """The people on duty at a moment: the alerts of one run ask for the same moments time and again."""
        return lru_cache(_MOST_MOMENTS)(lambda at: [one for one in self.staff if one.on_duty(at)])

    def _on_duty(self, now: datetime, owner: Staff | None) -> Sequence[Staff]:
        if owner is not None and owner.on_duty(now):
            return [owner]
        others = self._at_work(now)
        said = owner is not None and owner.said is not None and owner.said.holds(now)
        return [owner, *others] if owner is not None and owner.shifts is None and not said else others

    def audience(self, audience: Audience, now: datetime, owner: StaffId | None = None) -> Sequence[Staff]:
        """The people in an audience at `now`; never empty in a valid roster.

        A claimed case is its owner's while they are on duty: the others get no more alerts about it. An owner who is
        never on duty by the clock shares it with those who are. With no person on duty the leads stand in, and so
        they do where there is no manager.
        """
        leads = self._by_role[Audience.LEAD]
        match audience:
            case Audience.ROOM:
                return self.rooms
            case Audience.LEAD:
                return leads
            case Audience.MANAGER:
                return self._by_role[Audience.MANAGER] or leads
            case Audience.DUTY:
                return self._on_duty(now, self.find(owner) if owner is not None else None) or leads
            case _:
                assert_never(audience)
