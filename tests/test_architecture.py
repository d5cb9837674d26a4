"""The import table of docs/architecture.md, held against the code."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def _table() -> dict[str, tuple[set[str], set[str]]]:
    """room -> (rooms, packages) it may import."""
    section = PAGE.split("## Imports")[1].split("##")[0]
    rows = [line.split("|")[1:4] for line in section.splitlines() if line.startswith("| `")]
    names = [[set(re.findall(r"`([\w.]+)`", cell)) for cell in row] for row in rows]
    return {room.pop(): (rooms, packages) for room, rooms, packages in names}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


FILES = sorted(p for p in (ROOT / "harness").rglob("*.py") if p != ROOT / "harness" / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_file_imports_only_what_the_table_allows(path: Path) -> None:
    room = _room(".".join(path.relative_to(ROOT).with_suffix("").parts))
    rooms, packages = _table()[room]

    ours = {_room(name) for name in _imports(path) if name.startswith("harness.")} - {room}
    others = {name.split(".")[0] for name in _imports(path)} - {"harness"} - set(sys.stdlib_module_names)

    assert ours <= rooms
    assert others <= packages


def test_table_names_every_room() -> None:
    rooms = {
        f"harness.{p.stem}" for p in (ROOT / "harness").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }

    assert set(_table()) == rooms - {"harness.__init__"}


def test_only_one_room_imports_vcr() -> None:
    rooms = {p.parent.name for p in FILES if any(name.split(".")[0] == "vcr" for name in _imports(p))}

    assert rooms == {"intercept"}


def test_only_one_file_imports_deepdiff() -> None:
    users = [p.name for p in FILES if any(name.startswith("deepdiff") for name in _imports(p))]

    assert users == ["drift.py"]
