"""axe-core, where it is at hand: rules of accessibility, run inside a page of the browser.

It is optional and not part of the checkout: `npm pack axe-core` in .tools/axe-core, or AXE_CORE names its file.
"""

import os
from pathlib import Path

from tests.support.chromium import Browser

_PLACES = (os.environ.get("AXE_CORE"), ".tools/axe-core/package/axe.min.js")
AXE = next((Path(place) for place in _PLACES if place and Path(place).is_file()), None)
# Contrast behind what lies over something else it cannot tell; the theme's pairs have a test of their own.
_RUN = """axe.run().then(found =>
  [...found.violations, ...found.incomplete.filter(one => one.id !== "color-contrast")].flatMap(one =>
  one.nodes.map(node => `${one.id}: ${node.html.slice(0, 120)}`)))"""


def violations(page: Browser) -> list[str]:
    """The rules that the page breaks, or may break, each with the element."""
    assert AXE is not None, "tests skip without it"
    page.value(f"{AXE.read_text(encoding='utf-8')};0")
    return [str(one) for one in page.value(_RUN)]
