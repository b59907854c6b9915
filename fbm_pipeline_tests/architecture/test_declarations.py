"""What a declaration must be: every column said and read, every read made, every reference a function."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.code import Symbol, closure
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import DeclarationError, Table, Training, resolve
from fbm_pipeline.store.syntax import load, normalized_sql, parts_of
from fbm_pipeline.store.windows import Span
from fbm_pipeline.tables import TABLES

TRAININGS = {each.name: each for table in TABLES.values() for each in table.trained}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
everything_declared = pytest.mark.parametrize(
    "item", [*TABLES.values(), *TRAININGS.values()], ids=[*TABLES, *TRAININGS]
)

# Who writes columns into files or declares them does not read them.
_NO_READERS = re.compile(r"fbm_pipeline\.(sources|simulated_league)\.|tables$")
_ANY = "\0"  # stands for what an f-string fills in
_HORIZON = re.compile(r"^(career|three_year|one_year|thirty_day)_")  # profiles are read as `{horizon}_{statistic}`
_RECIPES = "fbm_pipeline.warehouse.recipes"  # where the warehouse declares what it reads


@every_table
def test_every_column_has_a_unit_and_a_meaning(table: Table) -> None:
    assert [column.name for column in table.columns if not (column.unit.strip() and column.meaning.strip())] == []
    assert table.description, "a table says in Dagster what it is for"


@every_table
def test_every_column_is_read_or_for_people(table: Table) -> None:
    """Read: some statement or code beside the table's own making names it. A name that others use too proves little."""
    own = closure(*table.functions)
    words = {word for symbol, named in words_by_symbol().items() if symbol not in own for word in named}
    unread = [column.name for column in table.columns if not column.for_people and not is_named(column.name, words)]
    assert unread == [], f"nothing reads these columns of {table.name}: drop them, or mark them for_people"


@everything_declared
def test_every_declared_read_is_made(item: Table | Training) -> None:
    texts = [text for symbol, text in closure(*item.functions).items() if symbol.module != _RECIPES]
    assert [name for name in item.reads if not any(name in text for text in texts)] == []
    assert [name for name in item.reads if name not in TABLES] == []


@every_table
def test_what_is_known_as_of_a_day_reads_no_games_of_its_own_season(table: Table) -> None:
    """All it may see of a season's games are the months before its day. Evaluation reads what happened; player vectors
    are one filter through all seasons, whose order of days has tests of its own."""
    if "as_of" not in table.column_names or table.name.startswith(("evaluation.", "models.player_vectors")):
        return
    games = {name: window for name, window in table.reads.items() if is_of_games(TABLES[name])}
    leaks = [
        name
        for name, window in games.items()
        if window.span is not Span.BEFORE and window.before_month is None and not window.until
    ]
    assert leaks == [], f"{table.name} sees seasons that its as-of dates do not: narrow these windows"


def is_of_games(table: Table) -> bool:
    """Whether its rows are of what happened in a season, and not of what was known before one."""
    is_counted = table.name.startswith(("core.", "raw.")) or table.name.endswith("_counts")
    return is_counted and "season" in table.partition_by


@everything_declared
def test_every_reference_is_a_function(item: Table | Training) -> None:
    assert item.functions, f"{item.name} names no function that makes it"
    references = (item.current,) if isinstance(item, Training) else (item.build, item.type_seasons)
    contents = [window.content for window in item.reads.values()]
    for reference in filter(None, (*references, item.plan, item.seasons, *contents)):
        assert callable(resolve(reference))
    assert closure(*item.functions)  # raises UnknownCodeError for a reference that names nothing


@everything_declared
def test_a_bound_of_a_window_is_a_declared_setting(item: Table | Training) -> None:
    bounds = {bound for window in item.reads.values() for bound in (window.until, window.since)}
    assert {bound for bound in bounds if isinstance(bound, str) and bound} <= set(item.settings)


@pytest.mark.parametrize(("key", "partition_by"), [(("season",), ()), (("rate",), ("season",))])
def test_a_key_or_partition_that_is_no_column_is_refused(key: tuple[str, ...], partition_by: tuple[str, ...]) -> None:
    with pytest.raises(DeclarationError, match="season is no column"):
        Table("a.b", "one row per test", (Column("rate", "f64", "share", "a rate"),), key, partition_by)


def is_named(column: str, words: set[str]) -> bool:
    if {column, column.lower(), _HORIZON.sub("", column)} & words:  # SQL is written in small letters
        return True
    patterns = (re.escape(word).replace(re.escape(_ANY), r"\w+") for word in words if _ANY in word)
    return any(re.fullmatch(pattern, column) for pattern in patterns)


@cache
def words_by_symbol() -> dict[Symbol, frozenset[str]]:
    """The names and the words of texts in each function, constant and statement that may read a table."""
    words = {}
    for path in sorted((REPOSITORY / "sql").rglob("*.sql")):
        name = path.relative_to(REPOSITORY / "sql").with_suffix("").as_posix()
        words[Symbol("sql", name)] = frozenset(words_of(normalized_sql(path.read_text(encoding="utf-8")).lower()))
    for path in sorted((REPOSITORY / "fbm_pipeline").rglob("*.py")):
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
        if path.name != "__init__.py" and not _NO_READERS.search(module):
            for name, nodes in load(module).bindings.items():
                words[Symbol(module, name)] = frozenset(word for node in nodes for word in names_in(node))
    return words


def names_in(node: ast.AST) -> Iterator[str]:
    for part in parts_of(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.keyword | ast.arg) and part.arg:
            yield part.arg
        elif isinstance(part, ast.JoinedStr):
            yield from composed(part)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from words_of(part.value)


def composed(text: ast.JoinedStr) -> Iterator[str]:
    """The words of an f-string that it fills in, as `d_*_low`; of `*_*` too little is known."""
    pieces = [part.value if isinstance(part, ast.Constant) else _ANY for part in text.values]
    for word in re.findall(rf"[\w{_ANY}]+", "".join(map(str, pieces))):
        if _ANY in word and len(re.findall("[a-z0-9]", word)) >= 3:
            yield word


def words_of(text: str) -> list[str]:
    return re.findall(r'"([^"]+)"', text) + re.findall(r"\w+", text)


def test_a_column_that_nothing_names_is_found() -> None:
    words = {word for named in words_by_symbol().values() for word in named}
    assert not is_named("vx0", words)  # Statcast's, for people
    assert is_named("release_speed", words)
    assert is_named("so_rate_p10", words)  # written as `{name}_p10`
