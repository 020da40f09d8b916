"""Mutants of a Python file: small changes of its code, by mutmut's operators."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

# Calls whose arguments are for people or for type checkers.
_UNTESTED_CALLS = ("TypeVar", "NewType", "assert_never", "dataclass")
_SHOWN = 110


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change. `before` and `after` are the code of the changed node; `key` names it in the list of survivors."""

    path: Path
    line: int
    last_line: int
    before: str
    after: str
    _module: cst.Module
    _node: cst.CSTNode
    _other: cst.CSTNode

    @property
    def source(self) -> str:
        """The file with the change."""
        return str(self._module.deep_replace(self._node, self._other).code)

    @property
    def key(self) -> tuple[str, str, str]:
        return str(self.path), self.before, self.after

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before[:_SHOWN]}  →  {self.after[:_SHOWN]}"


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a file, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    finder = _Finder()
    wrapper.visit(finder)
    module = wrapper.module
    for node, line, last_line in finder.found:
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                yield from _changed(module, node, operator(node), path, line, last_line)


def _changed(module: cst.Module, node: Any, others: Any, path: Path, line: int, last_line: int) -> Iterator[Mutant]:
    changes = _one_of_strings(node, list(others))
    before = _code(module, node) if changes else ""
    for other in changes:
        after = _code(module, other)
        if after != before:
            yield Mutant(path, line, last_line, before, after, module, node, other)


def _one_of_strings(node: cst.CSTNode, others: list[Any]) -> list[Any]:
    """The first mutant of a string alone: tests that miss one way of writing it miss the others."""
    return others[:1] if isinstance(node, cst.BaseString) else others


def _code(module: cst.Module, node: cst.CSTNode) -> str:
    return " ".join(module.code_for_node(node).split())


class _Finder(cst.CSTVisitor):  # type: ignore[misc]  # libcst is not among the locked packages
    """Collects the nodes that can change what a test sees, with their lines."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, int, int]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom | cst.Assert | cst.TypeAlias):
            return False
        if isinstance(node, cst.SimpleStatementLine) and _is_docstring(node):
            return False
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _UNTESTED_CALLS:
            return False
        if isinstance(node, cst.If) and isinstance(node.test, cst.Name) and node.test.value == "TYPE_CHECKING":
            return False
        position = self.get_metadata(PositionProvider, node, None)
        if position is not None:
            self.found.append((node, position.start.line, position.end.line))
        return True


def _is_docstring(line: cst.SimpleStatementLine) -> bool:
    first = line.body[0]
    return isinstance(first, cst.Expr) and isinstance(first.value, cst.BaseString)
