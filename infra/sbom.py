"""A bill of materials of what is deployed, as CycloneDX 1.6: python -m infra.sbom FILE.

It is made from the layers' requirements, which pip and uv hold against the same hashes.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from infra.layer_locks import LAYERS, locked

_VERSION = re.compile(r"==([^ \\\n]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components() -> Iterator[dict[str, Any]]:
    """Each package of each layer, with the hashes of the files that may be installed for it."""
    for file in LAYERS:
        for name, pinned in locked(file.read_text(encoding="utf-8")).items():
            version = _VERSION.search(pinned)
            assert version is not None, f"{name} is pinned"
            purl = f"pkg:pypi/{name}@{version[1]}"
            yield {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version[1],
                "purl": purl,
                "properties": [{"name": "mentiondesk:layer", "value": file.parent.name}],
                # A component has hashes of one file; a package has a file for each platform.
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": f"https://pypi.org/project/{name}/{version[1]}/",
                        "hashes": [{"alg": "SHA-256", "content": found} for found in _HASH.findall(pinned)],
                    }
                ],
            }


def bill() -> dict[str, Any]:
    """The whole document; the same for the same requirements."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "mentiondesk", "bom-ref": "mentiondesk"}},
        "components": list(components()),
    }


def main(arguments: Sequence[str]) -> int:
    """Writes the file and says how much is in it."""
    file, document = Path(arguments[0]), bill()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"{len(document['components'])} packages in {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
