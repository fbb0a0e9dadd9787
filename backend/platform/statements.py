"""Statements that are asked with every scan: compiled once for each engine, then handed straight to its driver.

SQLAlchemy builds, keys and wraps a statement anew with every call; for a question of three rows that costs ten times what
the question costs the database. A `Statement` keeps the text, the converters of values and of columns, and goes through the
driver's cursor within the transaction of the same `Connection`. Everything else of the house stays with SQLAlchemy's way.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.ext.compiler import compiles

from backend.platform.columns import UtcTime

Convert = Callable[[Any], Any]


class _Ready(NamedTuple):
    """`values` are the constants of the statement; `places` the name and converter of each value, in the text's order."""

    text: str
    values: dict[str, Any]
    places: list[tuple[str, Convert | None]]
    row: Callable[[Any], Any]
    columns: list[tuple[int, Convert]]


class Statement:
    """A Core statement with `bindparam` names."""

    def __init__(self, statement: sa.sql.expression.Executable) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def rows(self, conn: Connection, **values: Any) -> list[Any]:
        """All rows, as named tuples."""
        ready = self._of(conn)
        cursor = _cursor(conn)
        try:
            cursor.execute(ready.text, _parameters(ready, values))
            found = cursor.fetchall()
        except conn.dialect.loaded_dbapi.Error as error:
            raise _told(conn, ready.text, values, error) from error
        finally:
            cursor.close()
        if not ready.columns:
            return [ready.row(each) for each in found]
        made = []
        for each in found:
            cells = list(each)
            for place, convert in ready.columns:
                cells[place] = convert(cells[place])
            made.append(ready.row(cells))
        return made

    def run(self, conn: Connection, **values: Any) -> int:
        """RowChange rows; how many were changed."""
        ready = self._of(conn)
        cursor = _cursor(conn)
        try:
            cursor.execute(ready.text, _parameters(ready, values))
            return int(cursor.rowcount)
        except conn.dialect.loaded_dbapi.Error as error:
            raise _told(conn, ready.text, values, error) from error
        finally:
            cursor.close()

    def text(self, conn: Connection) -> str:
        """As the engine receives it."""
        return self._of(conn).text

    def _of(self, conn: Connection) -> _Ready:
        ready = self._ready.get(conn.dialect.name)
        if ready is None:
            ready = self._ready[conn.dialect.name] = _compile(self._build(conn.dialect.name), conn.dialect)
        return ready

    def _build(self, _: str) -> sa.sql.expression.Executable:
        return self._statement


class Given:
    """The values of one row as expressions: parameters of a call for each row (SQLite), or columns of one table of all rows
    (PostgreSQL, where a call for each row costs more than the row).

    There each row travels as one JSON text: a list for each column costs the driver more than the row, and of one JSON
    text for all the planner believes that it holds a hundred rows, for which it would walk whole tables.
    """

    def __init__(self, engine: str, types: Mapping[str, sa.types.TypeEngine[Any]]) -> None:
        self.engine = engine
        self.types = dict(types)
        if engine == "sqlite":
            self._values: Any = {name: sa.bindparam(name, type_=each) for name, each in types.items()}
            return
        columns = (sa.column(name, _told_as(each)) for name, each in types.items())
        texts = sa.cast(sa.bindparam(_ROWS, type_=postgresql.ARRAY(sa.Text())), postgresql.ARRAY(sa.Text()))
        sent = sa.func.unnest(texts).table_valued("told", name="sent").render_derived()
        record = sa.func.json_to_record(sa.cast(sent.c.told, postgresql.JSON())).table_valued(*columns, name="record")
        record = record.render_derived(with_types=True)
        rows = sa.select(*(record.c[name] for name in types)).select_from(sa.join(sent, record, sa.true()))
        table = rows.subquery("given")
        self._values = {name: table.c[name] for name in types}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def inserted_into(self, table: sa.Table) -> Any:
        """INSERT of every given value into the column of its name; knows `on_conflict_do_...`."""
        if self.engine == "sqlite":
            return sqlite.insert(table).values(self._values)
        return postgresql.insert(table).from_select(list(self.types), sa.select(*self._values.values()))


_ROWS = "rows"
_written = msgspec.json.Encoder()


def _told_as(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type of a column of the given rows: words of a closed list are texts."""
    if isinstance(kind, sa.JSON):
        return postgresql.JSONB()
    return sa.Text() if isinstance(kind, sa.Enum) else kind


def _zoned(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"expected a time with a zone, got naive {value!r}")
    return value


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "\\x" + value.hex()


def _json_converters(types: Mapping[str, sa.types.TypeEngine[Any]]) -> dict[str, Convert]:
    """What JSON cannot say, or would say of a mistake without a word."""
    return {
        name: _hex if isinstance(each, sa.LargeBinary) else _zoned
        for name, each in types.items()
        if isinstance(each, sa.LargeBinary | UtcTime)
    }


def _json_row(row: Mapping[str, Any], converters: Mapping[str, Convert]) -> str:
    if converters:
        row = {**row, **{name: convert(row[name]) for name, convert in converters.items() if name in row}}
    try:
        return _written.encode(row).decode()
    except (TypeError, ValueError, OverflowError):  # as patiently as the columns: see `sqlite_file.dumps`
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=str)


class RowChange(Statement):
    """One change for each of many rows: no two of them may change the same row."""

    def __init__(
        self, build: Callable[[Given], Any], types: Mapping[str, sa.types.TypeEngine[Any]], **defaults: Any
    ) -> None:
        super().__init__(sa.select())
        self._build_with = build
        self._types = types
        self._defaults = defaults
        self._converters = _json_converters(types)

    def _build(self, engine: str) -> sa.sql.expression.Executable:
        built: sa.sql.expression.Executable = self._build_with(Given(engine, self._types))
        return built

    def run_many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """A value that a row does not name is its default, or nothing."""
        if not rows:
            return
        ready = self._of(conn)
        if unknown := rows[0].keys() - self._types.keys():
            raise TypeError(f"expected the values of the statement, got also {sorted(unknown)}")
        if self._defaults:
            rows = [{**self._defaults, **row} for row in rows]
        cursor = _cursor(conn)
        try:
            if conn.dialect.name == "sqlite":
                cursor.executemany(ready.text, [_parameters(ready, row) for row in rows])
            else:
                texts = [_json_row(row, self._converters) for row in rows]
                cursor.execute(ready.text, _parameters(ready, {_ROWS: texts}))
        except conn.dialect.loaded_dbapi.Error as error:
            raise _told(conn, ready.text, rows[:3], error) from error
        finally:
            cursor.close()


def _compile(statement: Any, dialect: Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect, compile_kwargs={}, for_executemany=True)
    forgotten = [column.name for column in (*compiled.insert_prefetch, *compiled.update_prefetch)]
    if forgotten:
        raise TypeError(f"expected a value for each column with a default, got none for {forgotten}")
    named = {name: bind.value for bind, name in compiled.bind_names.items()}
    expanded = compiled.construct_expanded_state(named)  # lists of constants become as many parameters
    converters = dict(compiled._bind_processors) | dict(expanded.processors)
    columns = compiled._result_columns or []
    read = [
        (place, convert)
        for place, column in enumerate(columns)
        if (convert := column.type._cached_result_processor(dialect, None)) is not None
    ]
    names: list[str] = [column.keyname for column in columns]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - the columns name its fields
    return _Ready(
        text=expanded.statement,
        values={name: value for name, value in (named | dict(expanded.parameters)).items() if value is not None},
        places=[(name, converters.get(name)) for name in expanded.positiontup or ()],
        row=row._make,
        columns=read,
    )


def _parameters(ready: _Ready, given: Mapping[str, Any]) -> tuple[Any, ...]:
    values = ready.values
    return tuple(
        [
            (given[name] if name in given else values.get(name))
            if convert is None
            else convert(given[name] if name in given else values.get(name))
            for name, convert in ready.places
        ]
    )


def _cursor(conn: Connection) -> Any:
    if not conn.in_transaction():
        conn.begin()
    return conn.connection.cursor()


def _told(conn: Connection, text: str, values: Any, error: Any) -> BaseException:
    """The error as SQLAlchemy tells it; a connection that is lost, or that knows an older schema, is not used again."""
    dbapi = conn.dialect.loaded_dbapi
    stale = getattr(dbapi, "InvalidCachedStatementError", None)
    if conn.dialect.is_disconnect(error, None, None) or (stale is not None and isinstance(error, stale)):
        conn.invalidate(error)
    return sa.exc.DBAPIError.instance(text, values, error, dbapi.Error, dialect=conn.dialect)


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """What fails inside leaves nothing behind. Always the same text, so that the engine knows it; may be nested."""
    _say(conn, "SAVEPOINT part")
    try:
        yield
    except BaseException:
        if not conn.invalidated:
            _say(conn, "ROLLBACK TO SAVEPOINT part")
            _say(conn, "RELEASE SAVEPOINT part")
        raise
    _say(conn, "RELEASE SAVEPOINT part")


def _say(conn: Connection, text: str) -> None:
    cursor = _cursor(conn)
    try:
        cursor.execute(text)
    except conn.dialect.loaded_dbapi.Error as error:
        raise _told(conn, text, None, error) from error
    finally:
        cursor.close()


# -- lists of any length in one text ----------------------------------------------------------------------------------


class _JsonList(sa.types.TypeDecorator[Any]):
    """A list as one JSON text."""

    impl = sa.Text
    cache_ok = False

    def __init__(self, inner: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.inner = inner

    def bind_processor(self, dialect: Dialect) -> Convert:
        each = self.inner.dialect_impl(dialect).bind_processor(dialect)
        if each is None:
            return lambda values: json.dumps(list(values))
        return lambda values: json.dumps([each(value) for value in values])


class _JsonEach(sa.types.TypeDecorator[Any]):
    """A list of lists as a list of JSON texts (PostgreSQL)."""

    impl = postgresql.ARRAY(sa.Text())
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert:
        return lambda values: [json.dumps(each) for each in values]


def _own(asked: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Columns by their names and functions of them: the compiler quotes these, so no text from outside gets into a statement."""
    for part in sa.sql.visitors.iterate(asked):
        if isinstance(part, sa.TextClause) or (isinstance(part, sa.ColumnClause) and part.is_literal):
            raise TypeError(f"expected columns of a table, got the text {part}; name a column")
    return asked


class among(sa.sql.expression.ColumnElement[Any]):  # noqa: N801 - reads as a word of a question
    """`column` is one of the values handed in under `name`: one text for lists of any length."""

    inherit_cache = False
    type = sa.types.NullType()  # a Boolean would be compared with 1 on SQLite

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        self.column = _own(column)
        self.name = name


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **more: Any) -> str:
    values = sa.bindparam(element.name, type_=_JsonList(element.column.type), required=True)
    column, asked = compiler.process(element.column, **more), compiler.process(values, **more)
    return f"{column} IN (SELECT value FROM json_each({asked}))"  # noqa: S608 - see _own


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **more: Any) -> str:
    values = sa.bindparam(element.name, type_=postgresql.ARRAY(element.column.type), required=True)
    return f"{compiler.process(element.column, **more)} = ANY ({compiler.process(values, **more)})"


class among_keys(sa.sql.expression.ColumnElement[Any]):  # noqa: N801 - reads as a word of a question
    """The columns together are one of the tuples (whole numbers and texts) handed in under `name`."""

    inherit_cache = False
    type = sa.types.NullType()

    def __init__(self, columns: Sequence[sa.ColumnElement[Any]], name: str) -> None:
        self.columns_ = tuple(map(_own, columns))
        self.name = name


@compiles(among_keys, "sqlite")
def _among_keys_sqlite(element: among_keys, compiler: Any, **more: Any) -> str:
    keys = ", ".join(compiler.process(each, **more) for each in element.columns_)
    parts = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(element.columns_)))
    values = sa.bindparam(element.name, type_=_JsonList(sa.types.NullType()), required=True)
    asked = compiler.process(values, **more)
    return f"({keys}) IN (SELECT {parts} FROM json_each({asked}))"  # noqa: S608 - see _own


@compiles(among_keys, "postgresql")
def _among_keys_postgresql(element: among_keys, compiler: Any, **more: Any) -> str:
    keys = ", ".join(compiler.process(each, **more) for each in element.columns_)
    parts = ", ".join(
        f"CAST(CAST(one AS JSON) ->> {place} AS {compiler.dialect.type_compiler_instance.process(each.type)})"
        for place, each in enumerate(element.columns_)
    )
    values = sa.bindparam(element.name, type_=_JsonEach(), required=True)
    asked = compiler.process(values, **more)  # of a list the planner believes that it is short, of one JSON text never
    return f"({keys}) IN (SELECT {parts} FROM unnest({asked}) AS one)"  # noqa: S608 - see _own


def types_of(table: sa.Table) -> dict[str, sa.types.TypeEngine[Any]]:
    """The types of every column but the key."""
    return {column.name: column.type for column in table.columns if not column.primary_key}


def defaults_of(table: sa.Table) -> dict[str, Any]:
    """The constant defaults of the columns."""
    return {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar
    }


def insert_into(table: sa.Table, finish: Callable[[Any], Any] = lambda made: made) -> RowChange:
    """Insert rows; a column that a row does not name takes its constant default. `finish` may add what a conflict does."""
    return RowChange(lambda given: finish(given.inserted_into(table)), types_of(table), **defaults_of(table))
