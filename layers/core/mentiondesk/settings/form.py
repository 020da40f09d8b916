"""The form of checked settings, named by the code that makes them.

Code of another version may read the same file as other values, or know other fields. It then checks the file itself.
The build of the layer runs this module, so that no function has to read the code.
"""

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
FORM_FILE = Path(__file__).with_name("form.txt")


@cache
def form() -> str:
    """The form of the code that runs."""
    return FORM_FILE.read_text(encoding="ascii") if FORM_FILE.exists() else digest()


def digest() -> str:
    """A digest of the rules of settings, and of the classes that they become."""
    found = hashlib.sha256()
    for part in ("domain", "settings"):
        for file in sorted((_PACKAGE / part).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


if __name__ == "__main__":
    FORM_FILE.write_text(digest(), encoding="ascii")
