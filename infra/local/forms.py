"""What a page holds, as a person who presses buttons finds it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self


@dataclass
class Form:
    """One form: what it would send as it stands, and what each of its buttons adds."""

    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)


class HtmlPage(HTMLParser):
    """A page's forms, links, text and tags."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.said = ""
        self._select: str | None = None
        self._area: str | None = None
        self._hidden = False

    @classmethod
    def of(cls, html: str) -> Self:
        page = cls()
        page.feed(html)
        page.said = " ".join(page.said.split())
        return page

    def form(self, action: str) -> dict[str, str]:
        """What the form of this action sends."""
        return next(form.fields for form in self.forms if form.fields.get("action") == action)

    def pressed(self, action: str) -> dict[str, str]:
        """What the form of this action sends by its first button."""
        form = next(form for form in self.forms if form.fields.get("action") == action)
        return form.fields | (form.buttons[0] if form.buttons else {})

    def offers(self) -> set[str]:
        return {form.fields["action"] for form in self.forms if "action" in form.fields}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= told.keys()
        match tag:
            case "form":
                self.forms.append(Form())
            case "a":
                self.links.append(told["href"])
            case "input" if told.get("type") != "radio" or "checked" in told:
                self.forms[-1].fields[told["name"]] = told.get("value", "")
            case "button" if "name" in told:
                self.forms[-1].buttons.append({told["name"]: told["value"]})
            case "select":
                self._select = told["name"]
            case "option" if self._select and ("selected" in told or self._select not in self.forms[-1].fields):
                self.forms[-1].fields[self._select] = told["value"]
            case "textarea":
                self._area = told["name"]
                self.forms[-1].fields[self._area] = ""
            case "style":
                self._hidden = True
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            # A browser drops the line break after the tag.
            self.forms[-1].fields[self._area] = self.forms[-1].fields[self._area].removeprefix("\n")
            self._area = None
        if tag == "select":
            self._select = None
        if tag == "style":
            self._hidden = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data
        elif not self._hidden:
            self.said += f" {data}"
