"""Web pages as a person who presses buttons uses them: forms, links and text, read with lxml."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from lxml import html


@dataclass(frozen=True)
class Form:
    """A form: the fields that it sends as it stands, the field that each of its buttons adds, and its empty boxes."""

    fields: dict[str, str]
    buttons: list[dict[str, str]]
    unchecked: dict[str, str]


class HtmlPage:
    """A page's forms, links, text, tags and names of attributes."""

    def __init__(self, root: Any) -> None:
        self._root = root

    @classmethod
    def of(cls, text: str) -> Self:
        """Reads a page as a browser would, whatever it holds."""
        return cls(html.document_fromstring(text or "<html></html>"))

    @cached_property
    def forms(self) -> list[Form]:
        return [Form(dict(_fields(form)), _buttons(form), _unchecked(form)) for form in self._root.forms]

    @cached_property
    def links(self) -> list[str]:
        return [str(link) for link in self._root.xpath("//a/@href")]

    @cached_property
    def tags(self) -> set[str]:
        return {element.tag for element in self._root.iter() if isinstance(element.tag, str)}

    @cached_property
    def attributes(self) -> set[str]:
        return {str(name) for element in self._root.iter() for name in element.attrib}

    @cached_property
    def text(self) -> str:
        """The words on the page, without those of its style and of what is typed into it."""
        words = self._root.xpath("//text()[not(ancestor::style or ancestor::textarea)]")
        return " ".join(" ".join(words).split())

    @cached_property
    def alert(self) -> str:
        """The words that the page brings to its reader's attention: why a press was refused."""
        return " ".join(" ".join(self._root.xpath("//*[@role='alert']//text()")).split())

    def form(self, action: str) -> dict[str, str]:
        """The fields of the form with this action. Raises StopIteration where the page does not offer it."""
        return self._of(action).fields

    def all_checked(self, action: str) -> dict[str, str]:
        """The fields of the form with this action once every box is checked."""
        form = self._of(action)
        return form.fields | form.unchecked

    def pressed(self, action: str) -> dict[str, str]:
        """The fields that the form of this action sends by its first button."""
        form = self._of(action)
        return form.fields | (form.buttons[0] if form.buttons else {})

    def offers(self) -> set[str]:
        """The actions of its forms on the subject; every page has a form about the reader's own duty as well."""
        return {form.fields["action"] for form in self.forms if "action" in form.fields} - {"duty"}

    def _of(self, action: str) -> Form:
        return next(form for form in self.forms if form.fields.get("action") == action)


def _fields(form: Any) -> Iterator[tuple[str, str]]:
    """The successful controls of a form (HTML, 4.10.21.4), without its buttons."""
    areas = {area.name for area in form.xpath(".//textarea")}
    for name, value in form.form_values():
        # A browser drops the line break after the tag; lxml keeps it.
        yield name, value.removeprefix("\n") if name in areas else value


def _buttons(form: Any) -> list[dict[str, str]]:
    """The fields that each button adds to the form; a button without a name adds none."""
    found = form.xpath(".//button")
    return [{one.get("name"): one.get("value", "")} if one.get("name") else {} for one in found]


def _unchecked(form: Any) -> dict[str, str]:
    """The fields that the form would send as well, were its empty boxes checked."""
    found = form.xpath(".//input[@type='checkbox'][not(@checked)][@name]")
    return {one.get("name"): one.get("value", "on") for one in found}
