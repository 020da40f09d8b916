"""Templates to text. Each room has its folder under `templates`."""

from collections.abc import Mapping
from importlib.resources import files

from mentiondesk.presentation import theme
from mentiondesk.presentation.wording import Sentences


def render(template: str, wording: Sentences, facts: Mapping[str, object]) -> str:
    """The template, like "staff_messages/case.html", with `say` for its words and `facts` by name."""
    # The notifier, which seldom has something to say, loads Jinja only then.
    from mentiondesk.presentation.environment import Say, environment  # noqa: PLC0415

    found = environment().get_template(template)
    return found.render({**facts, "say": Say(wording), "label": wording.label})


def prepare() -> None:
    """Loads Jinja ahead of the first event, in functions that render something at each."""
    from mentiondesk.presentation.environment import environment  # noqa: PLC0415

    environment()


def stylesheet(room: str, colour: str | None = None) -> str:
    """The theme's properties, in the brand's colour if it has one, and the rules of one room."""
    rules = files("mentiondesk.presentation").joinpath(f"templates/{room}/style.css").read_text(encoding="utf-8")
    return f"{theme.properties(colour)}\n{rules}"
