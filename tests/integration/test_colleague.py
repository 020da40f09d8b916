"""A colleague of make run's story at the signed-in desk, over HTTP."""

from collections.abc import Iterator

import pytest

from infra.local.api import LocalApi
from infra.local.colleague import Colleague
from infra.local.visitor import Visitor
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Status
from tests.support.served_desk import ServedDesk
from tests.support.telling import INCIDENT_ID, a_candidate, a_maintenance


@pytest.fixture
def desk() -> Iterator[ServedDesk]:
    held: list[ServedDesk] = []
    with LocalApi(0, lambda event: held[0](event)) as api:  # noqa: PLW0108  there is no desk yet
        held.append(ServedDesk(api.url))
        yield held[0]


def test_an_incident_is_published_from_its_preview_updated_and_resolved(desk: ServedDesk) -> None:
    desk.desk.incidents.add(incident_change(None, a_candidate()))
    # An incident in the list that does not offer the button is passed over.
    desk.desk.incidents.add(incident_change(None, a_maintenance(incident_id=IncidentId("night"))))
    browser = Visitor(desk.url)
    browser.send("/desk/sign-in", email="ana@example.com")
    browser.send("/desk/sign-in/code", code=desk.mails.codes[-1].code)
    ana, seen = Colleague(browser), []
    for act, typed in (
        ("publish", {"title": "Checkout fails", "body": "We look into it."}),
        ("update", {"status": "identified", "body": "It is the card reader."}),
        ("resolve", {"body": "It works again."}),
    ):
        desk.later(minutes=1)
        ana.act_on_incident(act, typed)
        found = desk.desk.incidents.get(INCIDENT_ID)
        assert found is not None
        seen.append((found.title, found.status))
    assert [status for _, status in seen] == [Status.INVESTIGATING, Status.IDENTIFIED, Status.RESOLVED]
    assert seen[-1][0] == "Checkout fails"
    assert len(desk.desk.incidents.updates(INCIDENT_ID)) == 3
