"""The pictures that README and docs show: the page that each is made of, and how it is looked at."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mentiondesk.presentation.desk.html import assets
from tests.pictures.story import StoryDesk
from tests.pictures.week import figures_page, report_mail
from tests.support.telling import INCIDENT_ID

FOLDER = Path("docs/pictures")
DIGESTS = FOLDER / "digests.json"
DESKTOP, PHONE = (1280, 800), (390, 844)
_SCRIPT = re.compile(r"<script src=.*?</script>\n?")
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_ICON = re.compile(r'<link rel="icon"[^>]*>\n?')
# The id that each showing of a form carries: a new one each time.
_EVENT = re.compile(r'(name="event" value=")[^"]*')


@dataclass(frozen=True, slots=True)
class Picture:
    """A page with all that it is drawn from, on a screen. `height` 0: as high as the page."""

    source: str
    width: int
    height: int
    scheme: str = "light"

    @property
    def digest(self) -> str:
        """Names the page and the screen: a picture of another digest shows something else."""
        return sha256(f"{self.width} {self.height} {self.scheme}\n{self.source}".encode()).hexdigest()[:32]


def pictures() -> Mapping[str, Picture]:
    """Every picture by the name of its file, as today's code draws it."""
    desk = StoryDesk()
    styles = {f"/desk/assets/{name}": asset.text for name, asset in assets().items()}
    site = desk.status_site()
    pages = {
        "queue": desk.page("/desk"),
        "case": desk.page(desk.case_path),
        "incident": desk.page(f"/desk/incidents/{INCIDENT_ID}"),
        "figures": figures_page(),
    }
    queue, case, incident, figures = (_alone(html, styles) for html in pages.values())
    status = _alone(site["index.html"], {"/style.css": site["style.css"]})
    return {
        "queue.png": Picture(queue, DESKTOP[0], 0),
        "queue-phone.png": Picture(queue, *PHONE, "dark"),
        "case.png": Picture(case, 1120, 900),
        "case-phone.png": Picture(case, *PHONE, "dark"),
        "incident.png": Picture(incident, 900, 900),
        "mail.png": Picture(desk.mail, 640, 0),
        "figures.png": Picture(figures, 1000, 1000),
        "figures-phone.png": Picture(figures, *PHONE, "dark"),
        "figures-mail.png": Picture(report_mail(), 600, 900),
        "status.png": Picture(status, 800, 1000),
    }


def digests() -> Mapping[str, str]:
    """The digest of each picture that lies in the folder, as it was when the picture was made."""
    return dict(json.loads(DIGESTS.read_text(encoding="utf-8"))) if DIGESTS.exists() else {}


def _alone(html: str, styles: Mapping[str, str]) -> str:
    """The page with its style within it, without script and without what differs at each showing."""
    html = _STYLE.sub(lambda found: f"<style>{styles[found[1]]}</style>", html)
    return _EVENT.sub(r"\1", _ICON.sub("", _SCRIPT.sub("", html)))
