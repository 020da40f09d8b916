"""The theme: colours and fonts of pages and mails, by name. Pages take them as custom properties, mails inline.

Each pair of text and ground has a contrast of at least 4.5, signs and borders of fields 3 (WCAG 2.2 AA).
"""

from collections.abc import Mapping

# The least contrast of text (WCAG 2.2, 1.4.3).
_READABLE = 4.5

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

LIGHT: Mapping[str, str] = {
    "page": "#f6f4ef",
    "card": "#fffefb",
    "line": "#ddd8cd",
    "field": "#817b70",
    "text": "#23211d",
    "soft": "#5f594f",
    "link": "#1f4e8c",
    "on-link": "#ffffff",
    "on-band": "#ffffff",
    "good": "#1d6b4f",
    "good-tint": "#e4f1ea",
    "planned": "#1f4e8c",
    "planned-tint": "#e5edf7",
    "slow": "#7d5200",
    "slow-tint": "#faf0d9",
    "partial": "#9a420b",
    "partial-tint": "#fbeadf",
    "down": "#a3241b",
    "down-tint": "#fae7e5",
    "on-disc": "#ffffff",
    "calm-band": "#1d6b4f",
    "soon-band": "#7d5200",
    "late-band": "#a3241b",
}

DARK: Mapping[str, str] = {
    "page": "#171613",
    "card": "#201f1b",
    "line": "#3a3731",
    "field": "#8d8678",
    "text": "#ece8df",
    "soft": "#b1aa9d",
    "link": "#9cc3f7",
    "on-link": "#14243a",
    "on-band": "#ffffff",
    "good": "#86d3b1",
    "good-tint": "#1b2f26",
    "planned": "#9cc3f7",
    "planned-tint": "#1c2a3c",
    "slow": "#e9c273",
    "slow-tint": "#332a16",
    "partial": "#f3a878",
    "partial-tint": "#38261b",
    "down": "#f59f97",
    "down-tint": "#3a2220",
    "on-disc": "#171613",
    "calm-band": "#1f4a3d",
    "soon-band": "#5e3d00",
    "late-band": "#7d1c15",
}


def properties(colour: str | None = None) -> str:
    """The theme as CSS custom properties, for light and dark schemes; links and buttons in the brand's colour."""
    light, dark = ({**theme, **_branded(colour, theme)} if colour else theme for theme in (LIGHT, DARK))
    return (
        f":root {{ color-scheme: light dark; --font: {FONT}; {_declared(light)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_declared(dark)} }} }}\n"
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21. Source: WCAG 2.2, relative luminance."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _branded(colour: str, theme: Mapping[str, str]) -> dict[str, str]:
    """The brand's colour, moved towards black or white until it can be read on the theme's grounds."""
    grounds = [theme[name] for name in ("page", "card")]
    away = max(("#000000", "#ffffff"), key=lambda end: min(contrast(end, ground) for ground in grounds))
    steps = (_mixed(colour, away, step / 20) for step in range(21))
    link = next(one for one in steps if all(contrast(one, ground) >= _READABLE for ground in grounds))
    return {"link": link, "on-link": max(("#ffffff", "#14130f"), key=lambda text: contrast(text, link))}


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(colour: str) -> float:
    parts = [one / 255 for one in _channels(colour)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def dark_mail() -> str:
    """The rules that give mails the dark theme, over their inline colours: text (t-), ground (g-) and lines (l-)."""
    kinds = (("t", "color"), ("g", "background-color"), ("l", "border-color"))
    rules = (f".{kind}-{name}{{{what}:{colour}!important}}" for name, colour in DARK.items() for kind, what in kinds)
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


def _declared(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
