"""The suites of the stores on Amazon's own DynamoDB Local, whose jar comes in npm's amplify-dynamodb-simulator."""

import hashlib
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.emulators.tools import FOLDER, free_port, running

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
ARCHIVE = FOLDER / "amplify-dynamodb-simulator-2.9.30.tgz"
# sha256 of the archive as npm's registry gave it out on 2026-11-28.
DIGEST = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
JAR = FOLDER / "package/emulator/DynamoDBLocal.jar"
SUITES = (
    "tests/integration/test_table.py",
    "tests/integration/test_stores.py",
    "tests/integration/test_alert_store.py",
)


def check(say: Callable[[str], None]) -> int:
    """Runs the suites, whose failures pytest prints; returns 1 when a test fails. Other services stay on moto."""
    fetch()
    with _running() as url:
        environment = {**os.environ, "DYNAMODB_LOCAL": url}
        run = [sys.executable, "-m", "pytest", "-q", *SUITES]
        status = subprocess.run(run, env=environment, check=False).returncode
    say(f"DynamoDB Local: {'a test fails' if status else 'the suites of the stores pass'}")
    return 1 if status else 0


def fetch() -> None:
    """Fetches and unpacks the jar, unless it is there. Raises SystemExit for an archive of another content."""
    if JAR.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not ARCHIVE.exists():
        pack = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(FOLDER)]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
    if hashlib.sha256(ARCHIVE.read_bytes()).hexdigest() != DIGEST:
        raise SystemExit(f"{ARCHIVE} is not the archive that this was written for")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(FOLDER, filter="data")


def _running() -> AbstractContextManager[str]:
    port = free_port()
    libraries = f"-Djava.library.path={JAR.parent / 'DynamoDBLocal_lib'}"
    command = ["java", libraries, "-jar", str(JAR), "-inMemory", "-sharedDb", "-port", str(port)]
    return running("DynamoDB Local", port, command, {})
