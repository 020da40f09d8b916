"""The group `events` of the settings file: addresses of other systems that hear what happens at the desk."""

from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from mentiondesk.domain.events.delivery import BUS, Endpoint, EventRules
from mentiondesk.domain.events.event import EventType
from mentiondesk.settings.model import Model
from mentiondesk.settings.types import OneOrMore, shown

_GROUPS = tuple(dict.fromkeys(f"{type_.partition('.')[0]}.*" for type_ in EventType))


def _known(type_: str) -> str:
    if type_ not in (*EventType, *_GROUPS):
        raise ValueError(f"there are no events {shown(type_)}; there are {', '.join((*_GROUPS, *EventType))}")
    return type_


class EndpointSettings(Model):
    """An address that gets events as signed webhooks. Its secret stands in no file: `make event-secret` stores it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")
    url: str = Field(max_length=1000, repr=False, pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$")
    types: Annotated[
        tuple[Annotated[str, AfterValidator(_known)], ...], OneOrMore, Field(max_length=len(EventType))
    ] = ()
    text: bool = False


class EventsSettings(Model):
    """Events for other systems. Nothing is sent unless the stack has the parameter EventsOut=yes."""

    endpoints: tuple[EndpointSettings, ...] = Field(default=(), max_length=10, repr=False)

    @field_validator("endpoints")
    @classmethod
    def _named_once(cls, endpoints: tuple[EndpointSettings, ...]) -> tuple[EndpointSettings, ...]:
        ids = [one.id for one in endpoints]
        for one in ids:
            if ids.count(one) > 1:
                raise ValueError(f"two endpoints have the id {one!r}; ids must differ")
            if one == BUS:
                raise ValueError(f"the id {BUS!r} is that of EventBridge's bus; choose another one")
        return endpoints

    def to_rules(self) -> EventRules:
        """The endpoints as the rest of the package uses them."""
        return EventRules(tuple(Endpoint(one.id, one.url, one.types, one.text) for one in self.endpoints))
