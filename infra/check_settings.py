"""`make check-settings`: what is wrong with a settings file, and what a person would ask about; changes nothing."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.advice import advice
from infra.settings_file import SettingsFileInvalid, load_desk


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0, or 1 when the file cannot be used."""
    parser = argparse.ArgumentParser(prog="make check-settings", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="the YAML file")
    file = parser.parse_args(arguments).file
    try:
        found = list(advice(load_desk(file)))
    except SettingsFileInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 1
    print(f"{file} can be used. Is this what you mean?")
    print(*(f"- {sentence}" for sentence in found), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
