"""Search: by the number of a post, a customer or a case exactly, and by words over the open cases."""

from datetime import datetime

from mentiondesk.domain.cases.waiting import by_deadline
from mentiondesk.presentation.desk.entrance import Entrance
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.queue import RowView, case_path
from mentiondesk.presentation.desk.responses import Request, Response, go
from mentiondesk.usecases.cases.find_cases import FindCases
from mentiondesk.values import Frozen

_LONGEST = 100
_MOST_SHOWN = 50


class SearchPage(Frozen):
    """GET of the search."""

    entrance: Entrance
    find: FindCases

    def show(self, request: Request, now: datetime) -> Response:
        """Goes to the case where there is exactly one by its number, else lists those that were found."""
        visitor = self.entrance.visitor(request, now)
        asked = " ".join(request.query.get("q", "").split())[:_LONGEST]
        exact = self.find.exactly(asked)
        if exact is not None:
            return go(case_path(exact))
        found = by_deadline(self.find(asked, now, visitor.settings.brand.name)) if asked else []
        rows = [RowView(one, visitor) for one in found[:_MOST_SHOWN]]
        facts = {"visitor": visitor, "tab": "", "asked": asked, "rows": rows, "count": len(found)}
        return Response(render("desk/search.html", visitor.say, facts))
