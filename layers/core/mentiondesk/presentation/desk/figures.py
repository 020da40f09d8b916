"""Figures on the desk, for managers: a week's page, and its waits as CSV."""

from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.figures.figures import Figures
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.html import render, tag_of
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.presentation.figures.csv import waits_csv
from mentiondesk.presentation.figures.sheet import Sheet, sheet_of
from mentiondesk.presentation.wording import catalogue
from mentiondesk.usecases.reports.read_figures import ReadFigures

FIGURES = f"{ROOT}/figures"
_TILE = "figures.tile."
_CSV = "text/csv; charset=utf-8"


class FiguresPages:
    """A week's figures. Managers see them, and leads where there is no manager."""

    def __init__(self, entrance: Entrance, read: ReadFigures) -> None:
        self._entrance = entrance
        self._read = read

    def show(self, request: Request, now: datetime) -> Response:
        """The week that the query names, or the running one; a name of no week leads to that one."""
        visitor = self._entrance.visitor(request, now)
        try:
            figures = self._figures(visitor, request)
        except ValueError:
            return go(FIGURES)
        settings = visitor.settings
        html = render(
            "desk/figures.html",
            visitor.say,
            _facts(visitor, figures, sheet_of(visitor.say, figures, settings.roster, now)),
        )
        return Response(html, tag=tag_of(html))

    def waits(self, request: Request, now: datetime) -> Response:
        """The waits of a week in a file."""
        visitor = self._entrance.visitor(request, now)
        try:
            figures = self._figures(visitor, request)
        except ValueError:
            return go(FIGURES)
        settings = visitor.settings
        text = waits_csv(figures.facts, settings.brand.name, settings.zone)
        return Response(text, HTTPStatus.OK, media=_CSV, file=f"waits-{figures.week.name}.csv")

    def _figures(self, visitor: Visitor, request: Request) -> Figures:
        """Raises NotAllowed, and ValueError where the query names no week that has begun."""
        return self._read.shown(visitor.actor, request.query.get("week", ""), visitor.now)


def _facts(visitor: Visitor, figures: Figures, sheet: Sheet) -> dict[str, object]:
    week, running = figures.week, Week.of(visitor.now, figures.week.zone)
    return {
        "visitor": visitor,
        "tab": "figures",
        "sheet": sheet,
        "zone": week.zone,
        "earlier": week.plus(-1).name,
        "later": week.plus(1).name if week.monday < running.monday else "",
        "hours": {(cell.day, cell.hour): cell for cell in sheet.cells},
        "tile_keys": {key.removeprefix(_TILE) for key in catalogue() if key.startswith(_TILE)},
    }
