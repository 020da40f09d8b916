"""Imports point inward only: domain ← triage, detection, settings, ports ← use cases ← presentation, adapters.

Only the store of settings knows how they are written; every other part uses their domain values.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "layers/core/mentiondesk"
FUNCTIONS = ROOT / "functions"

# The imports allowed in each part of the package: ours, by the name after "mentiondesk.", and others'.
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    # The base of frozen values, which every part may build on.
    "values": (set(), {"msgspec"}),
    "domain": ({"domain"}, set()),
    "triage": ({"domain", "triage"}, set()),
    "detection": ({"domain", "triage", "detection"}, set()),
    "settings": ({"domain", "settings"}, {"msgspec", "pydantic", "pydantic_core"}),
    "ports": ({"domain", "ports"}, set()),
    "runtime": ({"runtime"}, {"botocore", "msgspec"}),
    "usecases": ({"domain", "detection", "ports", "usecases"}, set()),
    "presentation": (
        {"domain", "ports", "usecases", "presentation"},
        {"jinja2", "markupsafe", "aws_lambda_powertools"},
    ),
    "adapters": (
        {"domain", "settings", "ports", "presentation", "triage", "detection", "runtime", "adapters"},
        {"botocore", "pydantic", "requests", "tweepy", "itsdangerous"},
    ),
    # Use cases on stores and adapters; functions alone import it.
    "composition": (
        {"domain", "ports", "usecases", "presentation", "adapters", "runtime", "triage", "composition"},
        set(),
    ),
}


class Import(NamedTuple):
    """An import at run time; imports under TYPE_CHECKING do not count."""

    file: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def imports(*folders: Path) -> list[Import]:
    return [
        Import(file, line, module)
        for folder in folders
        for file in sorted([folder] if folder.is_file() else folder.rglob("*.py"))
        for line, module in _imported(ast.parse(file.read_text(encoding="utf-8")))
    ]


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name their package"
            module = node.module or ""
            # from mentiondesk import aws imports mentiondesk.aws
            parts = [f"{module}.{alias.name}" for alias in node.names] if module == "mentiondesk" else [module]
            yield from ((node.lineno, part) for part in parts)
        elif not _for_types_only(node):
            yield from _imported(node)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def top(module: str) -> str:
    return module.partition(".")[0]


def part(module: str) -> str:
    """The part of our package that a module belongs to: "domain" for mentiondesk.domain.cases."""
    return module.split(".")[1] if "." in module else ""


def parts() -> list[str]:
    return sorted(
        {entry.stem for entry in CORE.iterdir() if entry.suffix == ".py" or entry.is_dir()}
        - {"__init__", "__pycache__"}
    )


def modules(*parts: str) -> list[str]:
    """The modules of some parts of the package, as they are imported."""
    files = [file for one in parts for file in sorted((CORE / one).rglob("*.py")) if file.name != "__init__.py"]
    return [".".join(file.relative_to(CORE.parent).with_suffix("").parts) for file in files]


def loaded_by(*names: str) -> set[str]:
    """The modules that a process of its own has loaded after importing `names`; here other tests have loaded more."""
    script = f"import sys, {', '.join(names)}; print(*sys.modules, sep='\\n')"
    path = {**os.environ, "PYTHONPATH": str(CORE.parent)}
    return set(subprocess.check_output([sys.executable, "-c", script], env=path, text=True).split())


@pytest.mark.parametrize("name", parts())
def test_each_part_imports_only_what_lies_further_in(name: str) -> None:
    ours, others = ALLOWED[name]
    found = imports(CORE / name if (CORE / name).is_dir() else CORE / f"{name}.py")
    assert found
    wrong = [
        str(one)
        for one in found
        if (
            part(one.module) not in {*ours, "values"}
            if top(one.module) == "mentiondesk"
            else top(one.module) not in sys.stdlib_module_names | others
        )
    ]
    assert not wrong, wrong


def test_ports_and_use_cases_load_no_pydantic() -> None:
    found = modules("ports", "usecases")
    assert len(found) > 20
    assert not loaded_by(*found) & {"pydantic", "pydantic_core"}


# Functions that read what strangers write: X's answers, and forms.
_READ_WITH_PYDANTIC = {"audit_desk", "fetch_mentions", "send_reply"}


def test_functions_that_read_no_strangers_words_load_no_pydantic() -> None:
    names = {one.rpartition(".")[2]: one for one in modules("composition")}
    assert names.keys() > _READ_WITH_PYDANTIC
    assert not loaded_by(*(one for name, one in names.items() if name not in _READ_WITH_PYDANTIC)) & {"pydantic"}
    unneeded = [name for name in _READ_WITH_PYDANTIC if "pydantic" not in loaded_by(names[name])]
    assert not unneeded, "these load it no more: take them out of the list"


def test_the_notifier_loads_jinja_when_it_has_something_to_say() -> None:
    assert not loaded_by("mentiondesk.composition.notify_staff") & {"jinja2", "pydantic"}


def test_every_part_has_its_rule() -> None:
    assert set(parts()) <= set(ALLOWED)


def test_nothing_in_the_core_imports_the_cloud_s_tools_but_where_they_belong() -> None:
    # Powertools is for functions; the part that those behind HTTP share cannot lie in one of them.
    homes = {
        "boto3": set[str](),
        "tweepy": {"connection.py", "feed.py", "counts.py"},
        "aws_lambda_powertools": {"web.py"},
    }
    wrong = [
        str(one) for one in imports(CORE) if top(one.module) in homes and one.file.name not in homes[top(one.module)]
    ]
    assert not wrong, wrong


def test_functions_make_no_clients_and_do_not_import_one_another() -> None:
    found = imports(FUNCTIONS)
    folders = {folder.name for folder in FUNCTIONS.iterdir() if folder.is_dir()}
    assert found
    wrong = [
        str(one)
        for one in found
        if top(one.module) in {"boto3", "tweepy", "functions", "app", "infra", "tests", *folders}
    ]
    assert not wrong, wrong


def test_what_is_deployed_does_not_import_what_is_not() -> None:
    wrong = [
        str(one)
        for one in imports(CORE, FUNCTIONS)
        if top(one.module) in {"infra", "tests", "moto", "pytest", "yaml", "rich"}
    ]
    assert not wrong, wrong


def test_no_product_file_imports_from_the_tests() -> None:
    wrong = [str(one) for one in imports(CORE, FUNCTIONS, ROOT / "infra") if top(one.module) == "tests"]
    assert not wrong, wrong


def test_importing_a_type_is_no_import(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text("import re\nif TYPE_CHECKING:\n    import boto3\ndef f():\n    from mentiondesk import aws\n")
    assert [one.module for one in imports(file)] == ["re", "mentiondesk.aws"]


@pytest.mark.parametrize("name", ["alerts.notify_staff", "status.publish_status", "status.subscribe"])
def test_use_cases_load_no_templates(name: str) -> None:
    assert "jinja2" not in loaded_by(f"mentiondesk.usecases.{name}")


# A handler wires and emits; what it is made of stands in the package's composition.
_MOST_LINES = 60


@pytest.mark.parametrize("app", sorted(FUNCTIONS.glob("*/app.py")), ids=lambda app: app.parent.name)
def test_a_function_s_own_module_is_short(app: Path) -> None:
    assert len(app.read_text(encoding="utf-8").splitlines()) <= _MOST_LINES
