"""The code that a table is made with, as a key: its functions' import closure in normalized form.

From a function outward: every function, class and constant of the package that it names, and all that these name,
each as its syntax without comments, docstrings, annotations and formatting; and the statements of `sql/` and the files
beside a module that they name. So a comment makes nothing again, a changed constant only what uses it, and nobody
keeps a list of modules.

Names are resolved in the source, without importing it: torch alone costs a second, and definitions must load quickly.
What the source does not name is not seen: build no code from text, and let a table name its functions.
`store` itself is not followed: how rows are kept and shown is not what they hold. STORE_VERSION stands for it.
"""

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.syntax import (
    Imports,
    Module,
    UnknownCodeError,
    imported,
    is_file,
    is_module,
    is_statement,
    load,
    normalized,
    normalized_sql,
    parts_of,
)

PACKAGE = "fbm_pipeline"
MACHINERY = f"{PACKAGE}.store"
STORE_VERSION = 1  # raise it when a change in `store` makes the same code give other rows: all is made again

_STATEMENT = re.compile(r"[a-z_0-9]+/[a-z_0-9]+")
_FILE = re.compile(r"[a-z_0-9]+\.(json|csv|html|js|css)")


@dataclass(frozen=True)
class Symbol:
    """One function, class, constant, statement or file of the closure."""

    module: str  # `fbm_pipeline.marcel.rates`, `sql` for a statement, `file` for a file beside a module
    name: str  # as the module binds it, `features/marcel_inputs`, or `fbm_pipeline/level1/vocabulary.json`

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


def code_key(*references: str) -> str:
    """Hash of the code behind functions such as `fbm_pipeline.marcel.rates:marcel_rates`.

    Raises UnknownCodeError for a reference that names nothing.
    """
    return _key(references)


@cache
def _key(references: tuple[str, ...]) -> str:
    texts = closure(*references)
    digest = hashlib.sha256(f"store {STORE_VERSION}".encode())
    # Not where it stands: what moves to another room makes nothing again.
    for text in sorted(texts.values()):
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def closure(*references: str) -> dict[Symbol, str]:
    """Every symbol behind the functions, each with its normalized text."""
    texts: dict[Symbol, str] = {}
    waiting = [_symbol(reference) for reference in references]
    while waiting:
        symbol = waiting.pop()
        if symbol in texts:
            continue
        texts[symbol], more = _read(symbol)
        waiting.extend(more)
    return texts


def _symbol(reference: str) -> Symbol:
    module, _, name = reference.partition(":")
    if not name or not is_module(module):
        raise UnknownCodeError(f"{reference!r} names no function; write it as `{PACKAGE}.room.module:function`")
    return Symbol(module, name)


@cache
def _read(symbol: Symbol) -> tuple[str, tuple[Symbol, ...]]:
    """The normalized text of a symbol, and the symbols that it names."""
    if symbol.module == "sql":
        path = REPOSITORY / "sql" / f"{symbol.name}.sql"
        return normalized_sql(path.read_text(encoding="utf-8")), ()
    if symbol.module == "file":
        return (REPOSITORY / symbol.name).read_text(encoding="utf-8"), ()
    if symbol.module.endswith((".tables", "_tables")):
        declared = _declared(symbol)
        if declared is not None:
            return declared, ()
    module = load(symbol.module)
    if symbol.name not in module.bindings:
        passed_on = module.imports.get(symbol.name)
        if passed_on is None:
            raise UnknownCodeError(f"{symbol.module} binds no name {symbol.name!r}, which other code names")
        return "", tuple(_target(*passed_on))
    nodes = [*module.bindings[symbol.name], *module.actions]
    names: dict[Symbol, None] = {}
    for node in nodes:
        names.update(dict.fromkeys(_named(module, node)))
    return "\n".join(normalized(node) for node in nodes), tuple(names)


def _declared(symbol: Symbol) -> str | None:
    """A declared table stands for its columns' names and types: what it means and where it is made is not followed."""
    value = getattr(import_module(symbol.module), symbol.name, None)
    shape = getattr(value, "shape", None)
    return shape if isinstance(shape, str) else None


def _named(module: Module, node: ast.AST) -> Iterator[Symbol]:
    """The symbols of the package, the statements and the files beside it that a piece of a module names."""
    imports = dict(module.imports)
    parts = list(parts_of(node))
    for part in parts:
        if isinstance(part, ast.Import | ast.ImportFrom):
            imports.update(imported(part))
    modules = {id(part.value) for part in parts if isinstance(part, ast.Attribute)}
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from _text(module, part.value)
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            yield from _attribute(module, imports, part.value.id, part.attr)
        elif isinstance(part, ast.Name) and id(part) not in modules:
            yield from _name(module, imports, part.id)


def _text(module: Module, value: str) -> Iterator[Symbol]:
    """`features/marcel_inputs` is a statement, `vocabulary.json` a file that lies beside its module."""
    if _STATEMENT.fullmatch(value) and is_statement(value):
        yield Symbol("sql", value)
    elif _FILE.fullmatch(value) and is_file(beside := f"{module.name.rpartition('.')[0].replace('.', '/')}/{value}"):
        yield Symbol("file", beside)


def _name(module: Module, imports: Imports, name: str) -> Iterator[Symbol]:
    if name in module.bindings:
        yield Symbol(module.name, name)
    elif name in imports:
        yield from _target(*imports[name])


def _attribute(module: Module, imports: Imports, name: str, attribute: str) -> Iterator[Symbol]:
    """`rates.SYSTEMS`: a symbol of an imported module, or whatever else the first name stands for."""
    path = ".".join(filter(None, imports.get(name, ("", None))))
    if name not in module.bindings and _is_followed(path) and is_module(path):
        yield from _target(path, attribute)
    else:
        yield from _name(module, imports, name)


def _target(source: str, symbol: str | None) -> Iterator[Symbol]:
    """What an imported name stands for: a symbol of the package, all of a module, or nothing for other libraries."""
    path = source if symbol is None else f"{source}.{symbol}"
    if not _is_followed(path):
        return
    if is_module(path):
        for name in load(path).bindings:
            yield Symbol(path, name)
    elif symbol is not None:
        yield Symbol(source, symbol)


def _is_followed(path: str) -> bool:
    return path.startswith(f"{PACKAGE}.") and not f"{path}.".startswith(f"{MACHINERY}.")
