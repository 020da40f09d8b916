"""Writes the layers' requirements with the versions and hashes of requirements.lock: python -m infra.layer_locks.

A layer's file names its packages; their versions and hashes are the lock's: what is deployed is what was tested.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

LOCK = Path("requirements.lock")
LAYERS = tuple(Path("layers", name, "requirements.txt") for name in ("dependencies", "x"))
_PINNED = re.compile(r"^([a-z0-9-]+)==[^\n]*\n(?:    --hash=[^\n]*\n)*", re.MULTILINE)
_MARKER = re.compile(r" ; [^\\\n]*")


def locked(lock: str) -> Mapping[str, str]:
    """Each package of a lock file, with its version and hashes as pip reads them."""
    return {found[1]: _MARKER.sub("", found[0]) for found in _PINNED.finditer(lock)}


def names(requirements: str) -> list[str]:
    """The packages that a requirements file names."""
    return re.findall(r"^([a-z0-9-]+)==", requirements, re.MULTILINE)


def written(requirements: str, lock: str) -> str:
    """The file with the lock's versions and hashes; its comments stay. Raises KeyError for a package not locked."""
    comments = "".join(line for line in requirements.splitlines(keepends=True) if line.startswith("#"))
    pins = locked(lock)
    return comments + "".join(pins[name] for name in names(requirements))


def main() -> int:
    """Rewrites the files of all layers."""
    lock = LOCK.read_text(encoding="utf-8")
    for file in LAYERS:
        file.write_text(written(file.read_text(encoding="utf-8"), lock), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
