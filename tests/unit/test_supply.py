"""Only locked packages are installed and deployed: versions, hashes, and bytecode made with them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from sysconfig import get_path

import pytest

from infra import layer_locks, sbom
from infra.transform import template

# The folders in which a system keeps its commands.
_SYSTEM = "/usr/bin:/bin"
LOCK = layer_locks.LOCK.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", layer_locks.LAYERS, ids=lambda file: file.parent.name)
def test_layers_install_what_is_locked(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text == layer_locks.written(text, LOCK)
    pins = layer_locks.locked(text)
    assert len(pins) >= 8
    assert all("--hash=sha256:" in pinned for pinned in pins.values())


def test_a_layer_that_differs_from_the_lock_is_noticed() -> None:
    text = layer_locks.LAYERS[0].read_text(encoding="utf-8")
    older = re.sub(r"jinja2==[^ ]+", "jinja2==0.0.1", text)
    assert older != text
    assert layer_locks.written(older, LOCK) == text


def test_each_layer_is_built_with_hashes_for_its_machine_and_with_bytecode() -> None:
    layers = {
        name: found["Properties"]["ContentUri"]
        for name, found in template(Path("template.yaml"))["Resources"].items()
        if found["Type"] == "AWS::Serverless::LayerVersion"
    }
    for name, folder in layers.items():
        made = Path(folder, "Makefile").read_text(encoding="utf-8")
        assert f"\nbuild-{name}:\n" in made
        assert "compileall -q --invalidation-mode unchecked-hash" in made
        if Path(folder, "requirements.txt").exists():
            assert "--require-hashes --only-binary :all: --python-platform aarch64" in made


def test_uv_itself_is_installed_by_its_hash() -> None:
    script = Path("infra/setup.sh").read_text(encoding="utf-8")
    assert script.count("pip install") >= 2
    assert all(
        "--require-hashes" in line for line in script.splitlines() if "pip install" in line or "pip sync" in line
    )
    assert re.search(r"^uv==\S+ \\\n    --hash=sha256:", Path("infra/uv.txt").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.skipif(bool(shutil.which("uv", path=_SYSTEM)), reason="the system's own uv would be taken")
def test_a_second_setup_leaves_uv_working(tmp_path: Path) -> None:
    """`make` puts .tools first in PATH, and runs the script again when the lock has changed."""
    made_up = (
        "#!/bin/sh\n"
        f'case "$*" in python*) echo {sys.executable} ;; '
        "venv*) mkdir -p .venv/bin && printf '#!/bin/sh\\n' >.venv/bin/python && chmod +x .venv/bin/python ;; esac\n"
    )
    script, uv, link = tmp_path / "infra/setup.sh", tmp_path / ".tools/uv-package/bin/uv", tmp_path / ".tools/uv"
    for file, text in ((script, Path("infra/setup.sh").read_text(encoding="utf-8")), (uv, made_up)):
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
    for _ in range(2):
        environment = {"PATH": f"{tmp_path}/.tools:{_SYSTEM}", "HOME": str(tmp_path)}
        subprocess.run(["bash", str(script)], env=environment, check=True, capture_output=True)
        assert link.resolve(strict=True) == uv


def test_the_bill_of_materials_names_every_package(tmp_path: Path) -> None:
    file = tmp_path / "out" / "sbom.json"
    assert sbom.main([str(file)]) == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    layers = [one for file in layer_locks.LAYERS for one in layer_locks.names(file.read_text(encoding="utf-8"))]
    assert [one["name"] for one in found["components"]] == layers
    assert all(one["externalReferences"][0]["hashes"] for one in found["components"])
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in found["components"])


LEFT_OUT = [line for line in Path("layers/dependencies/left_out.txt").read_text().splitlines() if line[0] != "#"]
# Imports every module of the package and every function's, while what is left out cannot be imported.
_IMPORT_ALL = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))
import mentiondesk
for one in pkgutil.walk_packages(mentiondesk.__path__, "mentiondesk."):
    importlib.import_module(one.name)
"""


@pytest.mark.parametrize("pattern", LEFT_OUT)
def test_what_a_layer_leaves_out_is_in_its_packages(pattern: str) -> None:
    """Else the build of the layer would fail: a new version has moved it."""
    packages = Path(get_path("purelib"))
    assert list(packages.glob(pattern))


def test_nothing_imports_what_the_layers_leave_out() -> None:
    """What a package imports later is seen by `make emulators`, whose functions run from the built layers."""
    modules = [one.removesuffix(".py").replace("/", ".") for one in LEFT_OUT if "*" not in one]
    assert len(modules) > 10
    environment = {"PATH": _SYSTEM, "PYTHONPATH": "layers/core", "AWS_DEFAULT_REGION": "eu-west-1"}
    command = [sys.executable, "-c", _IMPORT_ALL, *modules]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
