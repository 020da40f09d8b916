"""The emulators, fetched once into .tools/emulators: packages of npm and PyPI, pinned."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(".tools/emulators").absolute()
_UV = Path(".tools/uv").absolute()


def npm(*packages: str) -> Path:
    """Installs packages of npm ("name@version") beside the others; returns the folder that holds node_modules."""
    folder = FOLDER / "node"
    wanted = folder / "installed.txt"
    if not wanted.exists() or wanted.read_text(encoding="utf-8").split() != list(packages):
        folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
        subprocess.run([*install, *packages], check=True)
        wanted.write_text("\n".join(packages), encoding="utf-8")
    return folder


def pypi(*packages: str) -> Path:
    """Installs packages of PyPI ("name==version") into an environment of their own; returns its interpreter."""
    folder = FOLDER / packages[0]
    python = folder / "bin/python"
    if not (folder / "ready").exists():
        subprocess.run([_UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([_UV, "pip", "install", "--quiet", "--python", python, *packages], check=True)
        (folder / "ready").touch()
    return python
