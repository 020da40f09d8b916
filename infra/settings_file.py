"""Reads the settings' YAML file and says on which line something is wrong."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from mentiondesk.domain.desk import DeskSettings
from mentiondesk.presentation.wording import problems as unusable
from mentiondesk.settings.problems import SettingsInvalid, validated
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings

EXAMPLE = "infra/settings.example.yaml"

_LOGOS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".svg": "svg+xml"}
_Place = tuple[str | int, ...]
_Problem = tuple[int, _Place, str]


class SettingsFileInvalid(ValueError):
    """The file holds no usable settings; `lines` has one sentence for each fault, in the file's order."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(lines))


class _Lines(yaml.constructor.SafeConstructor):
    """Gives a line to values that YAML cannot turn into what they look like."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as impossible:  # 2026-02-30 looks like a date
            raise yaml.constructor.ConstructorError(None, None, str(impossible), node.start_mark) from None


class _Quick(_Lines, yaml.CSafeLoader):
    """The safe loader in C."""


class _Plain(_Lines, yaml.SafeLoader):
    """The safe loader in Python: slower, and its words for slips are those of `_SLIPS`."""


def load_desk(path: Path) -> DeskSettings:
    """The desk that the file at `path` describes. Raises SettingsFileInvalid with every problem found."""
    return desk_settings(load_settings(path))


def load_settings(path: Path) -> SettingsFile:
    """The file at `path`, to be stored. Raises SettingsFileInvalid with every problem found."""
    root, raw = _read(path)
    problems = list(_repeated(root, ()))
    try:
        settings = validated(_with_logo(raw, path.parent))
    except SettingsInvalid as invalid:
        problems += [(_line(root, place), place, what) for place, what in invalid.problems]
        raise SettingsFileInvalid(_lines(path, problems)) from None
    places = {("sentences", key): what for key, what in unusable(settings.sentences).items()}
    problems += [(_line(root, place), place, what) for place, what in places.items()]
    if problems:
        raise SettingsFileInvalid(_lines(path, problems))
    return settings


def _with_logo(raw: object, folder: Path) -> object:
    """The settings with the content of the logo's file in place of its name."""
    page = raw.get("status_page") if isinstance(raw, dict) else None
    name = page.get("logo") if isinstance(page, dict) else None
    kind = _LOGOS.get(Path(str(name)).suffix.lower())
    if kind is None or not (folder / str(name)).is_file():
        return raw
    content = b64encode((folder / str(name)).read_bytes()).decode()
    return {**raw, "status_page": {**page, "logo": f"data:image/{kind};base64,{content}"}}  # type: ignore[dict-item]


def _lines(path: Path, problems: Iterable[_Problem]) -> list[str]:
    told = sorted((line, f"{'.'.join(map(str, place)) or 'settings'}: {what}") for line, place, what in problems)
    return [f"{path} line {line}: {what}" for line, what in told]


def _read(path: Path) -> tuple[yaml.MappingNode, object]:
    """The file as nodes, which know their lines, and as values."""
    try:
        root, raw = _parsed(path.read_bytes())
    except OSError as unreadable:
        raise SettingsFileInvalid([f"{path}: {unreadable.strerror}"]) from None
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise SettingsFileInvalid([f"{path}{line}: this cannot be read as YAML: {_plainly(wrong)}"]) from None
    except yaml.YAMLError:
        raise SettingsFileInvalid([f"{path}: this is not plain text in UTF-8"]) from None
    if root is None:
        raise SettingsFileInvalid([f"{path}: the file is empty; start from {EXAMPLE}"])
    if not isinstance(root, yaml.MappingNode):
        raise SettingsFileInvalid([f"{path}: the file holds no keys like brand: and staff:; start from {EXAMPLE}"])
    return root, raw


def _parsed(content: bytes) -> tuple[yaml.Node | None, object]:
    """The nodes and the values of a YAML document. Raises YAMLError."""
    try:
        return _loaded(_Quick(content))
    except yaml.YAMLError:
        return _loaded(_Plain(content))


def _loaded(loader: _Quick | _Plain) -> tuple[yaml.Node | None, object]:
    root = loader.get_single_node()
    return root, loader.construct_document(root) if root else None


# PyYAML's words for common slips, and their meaning.
_SLIPS = {
    "found character '\\t'": "a tab stands here; indent with spaces",
    "found character": "a text that begins with a mark like @, ` or % stands in quotes",
    "expected alphabetic or numeric character": "a text that begins with & or * stands in quotes",
    "mapping values are not allowed here": "a text with a colon in it stands in quotes; a key stands under its group",
    "could not find expected ':'": "a key needs a colon and a space behind it",
    "found unexpected end of stream": "a quotation mark is missing at the end of a text",
    "expected <block end>": "this line is indented otherwise than those of its group above",
    "expected ',' or": "a bracket is not closed, or a comma is missing, in the lines before",
}


def _plainly(wrong: yaml.MarkedYAMLError) -> str:
    """The slip in plain words; PyYAML's own where it is a rare one."""
    said = str(wrong.problem or wrong.context)
    return next((plain for begins, plain in _SLIPS.items() if said.startswith(begins)), said)


def _repeated(node: yaml.Node, place: _Place) -> Iterator[_Problem]:
    """Keys that stand twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated(item, (*place, index))
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                yield line, (*place, name), f"this key stands in line {lines[name]} already; keep one of them"
            lines.setdefault(name, line)
            yield from _repeated(value, (*place, name))


def _line(root: yaml.Node, place: _Place) -> int:
    """The line of what stands at `place`; for a key that is missing, that of the group it is missing from."""
    node, line = root, root.start_mark.line
    for key in place:
        found = _child(node, key)
        if found is None:
            break
        node, line = found
    return line + 1


def _child(node: yaml.Node, key: str | int) -> tuple[yaml.Node, int] | None:
    """The node under a key or at an index, and its line counted from 0."""
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item, item.start_mark.line
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value, name.start_mark.line
    return None
