"""A copy of the checkout that is built for this machine's processor, where deployed functions run on arm64."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tests.emulators.tools import FOLDER

COPY = FOLDER / "checkout"
BUILT = COPY / ".aws-sam/build"
_DEPLOYED = ("template.yaml", "samconfig.toml", "pyproject.toml", "functions", "layers", "infra")


def built_here() -> Path:
    """Copies what is deployed, and runs `sam build` on it for this machine's processor; returns the copy."""
    for name in _DEPLOYED:
        _copy(Path(name), COPY / name)
    return build(COPY)


def build(checkout: Path) -> Path:
    """Runs `sam build` on a checkout, changed for this machine's processor; returns its folder."""
    machine = platform.machine()
    if machine != "aarch64":
        for file in (checkout / "template.yaml", *(checkout / "layers").glob("*/Makefile")):
            text = file.read_text(encoding="utf-8")
            text = text.replace("aarch64-manylinux", f"{machine}-manylinux").replace("arm64", machine)
            file.write_text(text, encoding="utf-8")
    sam = Path(sys.executable).parent / "sam"
    built = subprocess.run([sam, "build", "--cached"], cwd=checkout, capture_output=True, text=True, check=False)
    if built.returncode:
        raise SystemExit(f"sam build failed in {checkout}:\n{built.stderr}")
    return checkout


def _copy(source: Path, to: Path) -> None:
    if source.is_file():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, to)
        return
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
