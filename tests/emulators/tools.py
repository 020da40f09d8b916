"""The emulators, fetched once into .tools/emulators: packages of npm and PyPI, pinned; and how they are run."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(name: str, port: int, command: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """An emulator in a process of its own; its address. Raises SystemExit where it does not answer within a minute."""
    log = FOLDER / f"{name}.log"
    with log.open("wb") as heard:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=heard, stderr=heard)
    try:
        if not _answers(port, process):
            raise SystemExit(f"{name} does not answer; {log} holds its words")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.2)
    return False
