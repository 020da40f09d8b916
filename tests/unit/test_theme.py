"""The theme: everybody can read it, and nothing has a colour of its own."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mentiondesk.presentation import theme
from mentiondesk.presentation.rendering import stylesheet

TEMPLATES = Path(theme.__file__).parent / "templates"
SCHEMES = {"light": theme.LIGHT, "dark": theme.DARK}
SHEETS = ("status_site", "action_pages")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(")


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs() -> Iterator[tuple[str, str, float]]:
    """Foreground, background and the least contrast: 4.5 for text, 3 for graphics (WCAG 2.2 AA, 1.4.3, 1.4.11)."""
    for ground in ("page", "card"):
        yield from ((name, ground, 4.5) for name in ("text", "soft", "link", "down"))
        yield "field", ground, 3.0
    yield "on-link", "link", 4.5
    yield from (("on-band", f"{band}-band", 4.5) for band in ("calm", "soon", "late"))
    for state in ("good", "planned", "slow", "partial", "down"):
        yield from ((name, f"{state}-tint", 4.5) for name in ("text", state))
        yield state, "card", 4.5
        yield "on-disc", state, 3.0


def test_contrast_is_computed_right() -> None:
    """Against two pairs whose contrast is well known."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", SCHEMES.values(), ids=SCHEMES)
def test_everybody_can_read_it(colours: Mapping[str, str]) -> None:
    faint = [(on, under) for on, under, least in pairs() if contrast(colours[on], colours[under]) < least]
    assert not faint


def test_both_schemes_have_the_same_names() -> None:
    assert list(theme.LIGHT) == list(theme.DARK)


@pytest.mark.parametrize("room", SHEETS)
def test_stylesheets_take_their_colours_and_font_from_the_theme(room: str) -> None:
    rules = stylesheet(room).removeprefix(theme.properties())
    assert not _COLOUR.findall(rules)
    local = set(re.findall(r"--([\w-]+):", rules))
    assert set(re.findall(r"var\(--([\w-]+)\)", rules)) - local <= {*theme.LIGHT, "font"}
    assert all("var(--font)" in one or "inherit" in one for one in re.findall(r"font(?:-family)?: ([^;]*);", rules))


def test_templates_name_no_colour() -> None:
    own = [file.name for file in TEMPLATES.rglob("*.*") if _COLOUR.search(_without_addresses(file))]
    assert not own


def _without_addresses(file: Path) -> str:
    return re.sub(r'"#[\w-]+"|&#\d+;', "", file.read_text(encoding="utf-8"))


def test_every_colour_is_used() -> None:
    everything = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.*"))
    in_code = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES.parent.rglob("*/*.py"))
    assert not [name for name in theme.LIGHT if name not in everything + in_code]
