"""Checks what `sam build` built, before anybody deploys it: python -m infra.check_build [FOLDER].

Every binary must be for arm64, on which the functions run, and every handler must import from what Lambda
gives it: the function's folder, its layers, the standard library and the runtime's boto3. A machine that is
not arm64 cannot load the built binaries; there the same ones out of this environment stand in for them. So
the check proves that each binary is there and for the right machine, and on such a machine not that it runs.
"""

import importlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from sysconfig import get_path
from types import ModuleType

BUILD = Path(".aws-sam/build")

# In an ELF file the bytes from 18 name the machine; 0xB7 is AArch64.
_ELF, _AARCH64 = b"\x7fELF", (0xB7).to_bytes(2, "little")
_IN_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")


def main(arguments: Sequence[str]) -> int:
    """Prints a line for each function and each fault; returns the exit status."""
    build = Path(arguments[0]) if arguments else BUILD
    if not (build / "template.yaml").exists():
        print(f"nothing is built in {build}; run sam build first", file=sys.stderr)
        return 1
    binaries = [path for path in build.rglob("*.so*") if path.read_bytes()[:4] == _ELF]
    faults = [f"{path} is not for arm64" for path in binaries if path.read_bytes()[18:20] != _AARCH64]
    print(f"{len(binaries) - len(faults)} of {len(binaries)} binaries are for arm64")
    uncompiled = [path for path in build.glob("*/python/**/*.py") if not _bytecode(path).exists()]
    faults += [f"{path} has no bytecode; Lambda would compile it at each cold start" for path in uncompiled]
    for name, handler, paths in _functions(build):
        bare = [sys.executable, "-I", "-S", "-B", __file__, "import", handler, get_path("platlib"), *map(str, paths)]
        run = subprocess.run(bare, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
        if run.returncode:
            faults.append(f"{name}: {handler} does not import from what was built\n{run.stderr}")
        else:
            print(f"{name}: {handler} imports")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _bytecode(source: Path) -> Path:
    return source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"


def _functions(build: Path) -> Iterator[tuple[str, str, list[Path]]]:
    """Each function's name, handler, and the folders that Lambda would put on its path."""
    from infra.transform import transformed  # noqa: PLC0415 - the bare interpreter has no site-packages

    resources = transformed(build / "template.yaml")["Resources"]
    for name, found in resources.items():
        if found["Type"] == "AWS::Lambda::Function":
            properties = found["Properties"]
            layers = [resources[layer["Ref"]]["Properties"]["Content"]["S3Key"] for layer in properties["Layers"]]
            folders = [build / properties["Code"]["S3Key"], *(build / layer / "python" for layer in layers)]
            yield name, properties["Handler"], [folder.resolve() for folder in folders]


class _FromThisEnvironment:
    """Finds, after everything that was built, what the runtime brings and binaries that this machine can load."""

    def __init__(self, site_packages: str, built: Sequence[str]) -> None:
        self._site = Path(site_packages)
        binaries = [path.relative_to(folder) for folder in map(Path, built) for path in folder.rglob("*.so")]
        self._binaries = {".".join((*path.parent.parts, path.name.partition(".")[0])) for path in binaries}

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in _IN_RUNTIME or name in self._binaries:
            return PathFinder.find_spec(name, [str(self._site.joinpath(*name.split(".")[:-1]))])
        return None


def _import(handler: str, site_packages: str, *built: str) -> None:
    sys.path[:0] = built
    sys.meta_path.append(_FromThisEnvironment(site_packages, built))
    module, _, function = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function)), f"{handler} cannot be called"


if __name__ == "__main__":
    if sys.argv[1:2] == ["import"]:
        _import(*sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
