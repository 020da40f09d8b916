"""The way to the desk for whoever has started it: an address on loopback that signs them in, once.

The desk itself knows nothing of it: the session is begun beside it, as an operator of the table could.
"""

from collections.abc import Callable
from http import HTTPStatus
from secrets import compare_digest, token_urlsafe
from threading import Lock

from werkzeug.wrappers import Response

from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.sign_ins import Sessions
from mentiondesk.domain.access.places import DESK
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.ids import StaffId
from mentiondesk.presentation.desk.entrance import Cookies
from mentiondesk.runtime import aws, clock
from mentiondesk.settings.schema import SettingsFile, StaffSettings
from mentiondesk.usecases.access.sign_in import begin_session

ENTER = "/enter/"
_NEWCOMER = StaffSettings.model_validate(
    {"id": "newcomer", "name": "Newcomer", "email": "newcomer@example.com", "roles": [Audience.MANAGER]}
)
_OVER = "This address has signed somebody in already. Go back to the page and press its button again.\n"


def with_newcomer(settings: SettingsFile) -> SettingsFile:
    """The settings with one person more, who may see every page and is never on duty by the clock."""
    return settings.model_copy(update={"staff": (*settings.staff, _NEWCOMER)})


class Newcomer:
    """Answers one-time addresses below `url`. `sign_in` begins a session of a person, and returns its cookie's value.

    Who comes in as one of the colleagues in `people` plays them from then on.
    """

    def __init__(
        self, desk_url: str, sign_in: Callable[[StaffId], str], people: frozenset[StaffId] = frozenset()
    ) -> None:
        self._desk_url = desk_url
        self._sign_in = sign_in
        self._people = people
        self._turn = Lock()
        self._token = token_urlsafe(24)
        # The person as whom somebody came in last; None before that.
        self.entered_as: StaffId | None = None
        self.played: set[StaffId] = set()

    @property
    def path(self) -> str:
        """The address that is good now; another one once it was used."""
        return f"{ENTER}{self._token}"

    def enter(self, path: str, person: str = "", place: str = "") -> Response:
        """Signs in by the address that is good now, and leads to a place of the desk; any other one is refused."""
        if not self._taken(path):
            return Response(_OVER, HTTPStatus.GONE)
        staff_id = StaffId(person) if person in self._people else StaffId(_NEWCOMER.id)
        cookie = Cookies(secure=False).session
        to = place if place.startswith(f"{DESK}/") else DESK
        response = Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{self._desk_url}{to}"})
        # Cookies know no ports: the desk has the same host.
        response.set_cookie(cookie, self._sign_in(staff_id), httponly=True, samesite="Lax")
        self.entered_as = staff_id
        self.played |= {staff_id} & self._people
        return response

    def _taken(self, path: str) -> bool:
        with self._turn:
            good = compare_digest(path.encode(), self.path.encode())
            if good:
                self._token = token_urlsafe(24)
            return good


def sign_in(table: str, staff_id: StaffId) -> str:
    """Begins a session of this person at the desk on this table; returns the value of its cookie."""
    return begin_session(Sessions(DynamoTable(aws.dynamodb(), table)), staff_id, "make run", clock.now())
