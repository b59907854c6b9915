"""Modules of the package as syntax: what binds each name at the top level, and a form in which comments do not count.

Not here: which symbols a function needs (code).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fbm_pipeline.settings import REPOSITORY

Imports = dict[str, tuple[str, str | None]]  # by local name: the module, and the name in it where one is meant

_SQL_NOISE = re.compile(r"('(?:[^']|'')*')|--[^\n]*|\s+")


class UnknownCodeError(LookupError):
    """A reference names no function of the package, or code names something that its module does not hold."""


@dataclass
class Module:
    """A module's top level: what binds each name, and the statements that bind none but do something."""

    name: str
    bindings: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: Imports = field(default_factory=dict)
    actions: list[ast.stmt] = field(default_factory=list)


def parts_of(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for annotations and docstrings: a type that is only named runs nothing."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not (name == "body" and _is_docstring(child)):
                yield from parts_of(child)


def normalized(node: ast.stmt) -> str:
    """A statement's syntax without positions, comments, docstrings and the annotations of functions.

    As `ast.dump` writes a module of this one statement, in one pass: a copy to be pruned took five times as long.
    """
    return f"Module(body=[{_dumped(node)}], type_ignores=[])"


def _dumped(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join([_dumped(each) for each in value])}]"
    if not isinstance(value, ast.AST):
        return repr(value)
    fields = [f"{name}={_dumped(part)}" for name, part in _fields(value) if _says_something(value, name, part)]
    return f"{type(value).__name__}({', '.join(fields)})"


def _fields(node: ast.AST) -> Iterator[tuple[str, object]]:
    for name, value in ast.iter_fields(node):
        bare = name == "body" and isinstance(value, list)
        yield name, [child for child in value if not _is_docstring(child)] if bare else value


def _says_something(node: ast.AST, name: str, value: object) -> bool:
    """Whether a field is there and is no annotation of a function; that of a class's or module's name is kept."""
    if value is None:
        return getattr(type(node), name, ...) is not None
    of_function = isinstance(node, ast.arg | ast.FunctionDef | ast.AsyncFunctionDef)
    return not (of_function and name in ("annotation", "returns"))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def normalized_sql(text: str) -> str:
    """A statement without comments and with single spaces, its quoted texts as they are."""
    return _SQL_NOISE.sub(lambda match: match.group(1) or " ", text).strip()


@cache
def load(name: str) -> Module:
    """The top level of a module of the package. Raises UnknownCodeError when there is no such module."""
    path = _path(name)
    if path is None:
        raise UnknownCodeError(f"there is no module {name}")
    module = Module(name)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        _bind(module, node)
    return module


def _bind(module: Module, node: ast.stmt) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        module.imports.update(imported(node))
        return
    if _is_docstring(node) or _is_type_checking(node):
        return
    names = list(_bound(node))
    for name in names:
        module.bindings.setdefault(name, []).append(node)
    if not names:
        module.actions.append(node)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported(node: ast.Import | ast.ImportFrom) -> Imports:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.split(".")[0]: (alias.name, None) for alias in node.names if alias.asname}
    return {alias.asname or alias.name: (str(node.module), alias.name) for alias in node.names}


@cache
def _path(name: str) -> Path | None:
    base = REPOSITORY.joinpath(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def is_module(name: str) -> bool:
    return _path(name) is not None


def is_statement(name: str) -> bool:
    return (REPOSITORY / "sql" / f"{name}.sql").is_file()


def is_file(path: str) -> bool:
    return (REPOSITORY / path).is_file()
