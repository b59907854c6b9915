"""Text and foreign types to the types of a contract, with the row of the first value that does not fit."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.errors import SourceError

# Exports from R and pandas write these for a missing number. A text column keeps them: NA is a league in Lahman.
_NO_NUMBER = pa.array(["NA", "null", "NaN", "nan"])


def cast_column(path: Path, column: pa.ChunkedArray, field: pa.Field, next_step: str) -> pa.ChunkedArray:
    """The column in the field's type, empty text and NaN as null.

    Raises SourceError with the row of the first value that does not fit, or of the first null where none is allowed.
    """
    column = _without_blanks(column, field.type)
    try:
        cast = _cast(column, field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        row = _first_bad_row(column, field.type)
        raise SourceError(
            path,
            "a value does not fit its column",
            found=repr(column[row].as_py()),
            expected=_named(field.type),
            next_step=next_step,
            row=row + 1,
            column=field.name,
        ) from None
    if not field.nullable and cast.null_count:
        row = pc.index(pc.is_null(cast), True).as_py()
        raise SourceError(
            path,
            f"{cast.null_count} rows hold no value in a column that must be filled",
            found="nothing",
            expected=_named(field.type),
            next_step=next_step,
            row=row + 1,
            column=field.name,
        )
    return cast


def _without_blanks(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_large_string(column.type) or pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_string(column.type):
        return column
    blank = pc.equal(column, "")
    if not pa.types.is_string(kind):
        blank = pc.or_(blank, pc.is_in(column, value_set=_NO_NUMBER))
    if not pc.any(blank).as_py():
        return column
    return pc.if_else(blank, pa.scalar(None, column.type), column)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if pa.types.is_date(kind):
        return _cast_date(column)
    if pa.types.is_integer(kind) and pa.types.is_string(column.type):
        return _cast_whole(column).cast(kind)
    if pa.types.is_boolean(kind) and pa.types.is_string(column.type):
        return pc.utf8_lower(column).cast(kind)
    if pa.types.is_string(kind) and pa.types.is_floating(column.type):
        return column.cast(pa.int64()).cast(kind)  # ids that a null turned into fractions: 545361.0
    if pa.types.is_floating(kind) and not pa.types.is_string(column.type):
        return column.cast(kind, safe=False)  # 95.3 has no exact half: losing digits is what a narrower float is
    return column.cast(kind)


def _cast_whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column.cast(pa.float64()).cast(pa.int64())  # 666310.0 is whole, 666310.5 raises


def _cast_date(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return column.cast(pa.date32())
    texts = column.cast(pa.string()).combine_chunks().dictionary_encode()  # few dates, many rows
    words = texts.dictionary
    if len(words) and pc.all(pc.equal(pc.utf8_length(words), 8)).as_py():
        words = pc.binary_join_element_wise(
            pc.utf8_slice_codeunits(words, 0, 4),
            pc.utf8_slice_codeunits(words, 4, 6),
            pc.utf8_slice_codeunits(words, 6, 8),
            "-",
        )
    return pa.chunked_array([words.cast(pa.date32()).take(texts.indices)])


def _first_bad_row(column: pa.ChunkedArray, kind: pa.DataType) -> int:
    """Halve the column until one row is left that does not cast."""
    start, length = 0, len(column)
    while length > 1:
        half = length // 2
        try:
            _cast(column.slice(start, half), kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            length = half
        else:
            start, length = start + half, length - half
    return start


def _named(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return f"a whole number of {kind.bit_width} bits"
    if pa.types.is_floating(kind):
        return "a number"
    if pa.types.is_date(kind):
        return "a date such as 2024-04-02 or 20240402"
    return "true or false" if pa.types.is_boolean(kind) else "text"
