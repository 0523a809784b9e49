"""The schema of the clean files, and its enforcement on the way out.

Place in the chain: between the rows and the disk.  Input: rows of each clean file as dictionaries.
Output: nothing, or a :class:`SchemaError` that names file, row and column.

The schema is data.  A row of ``reference/columns.csv`` is a column: its type (``string``,
``integer``, ``number``, ``boolean``), whether it belongs to the key or must be filled (``is_key``,
``required``), what it may hold (``enum``: words parted by blanks; ``code_list``: the column of that
name in another reference file; ``pattern``: of the whole text) and the column of another file it
points to (``references``; the columns of one file that point to the same file do so together).
``reference/clean_files.csv`` names the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from helpers.document import DisclosureError
from helpers.reference_data import read_reference

Row = Mapping[str, Any]

# Money is Decimal: a float in a number column is an error, however well it prints.
_PYTHON_TYPES: dict[str, type] = {"string": str, "integer": int, "number": Decimal, "boolean": bool}


class SchemaError(DisclosureError):
    """A row does not fit the schema; the message names file, row (from 1) and column."""


@cache
def file_names() -> tuple[str, ...]:
    """Return the names of the clean files, without suffix, in their order."""
    return tuple(row["file"] for row in read_reference("clean_files"))


@cache
def columns_of(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``reference/columns.csv`` that describe one clean file."""
    return tuple(row for row in read_reference("columns") if row["file"] == name)


def key_of(name: str) -> list[str]:
    """Return the columns whose values together are unique in a clean file."""
    return [column["column"] for column in columns_of(name) if column["is_key"]]


def values_of(column: Mapping[str, str]) -> list[str]:
    """Return the values a column may hold, in their order; none where it may hold any."""
    if column["code_list"]:
        listed = (row[column["column"]] for row in read_reference(column["code_list"]))
        return list(dict.fromkeys(listed))
    return column["enum"].split()


@cache
def references_of(name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, by the file pointed to, the pairs of columns (here, there) that point together.

    Examples
    --------
    >>> references_of("indicators")
    {'projects': (('source_id', 'source_id'), ('project_no', 'project_no'))}
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for column in columns_of(name):
        if column["references"]:
            file, _, there = column["references"].partition(".")
            found.setdefault(file, []).append((column["column"], there))
    return {file: tuple(pairs) for file, pairs in found.items()}


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


@cache
def _allowed(file: str, name: str) -> tuple[frozenset[str], re.Pattern[str] | None]:
    column = next(column for column in columns_of(file) if column["column"] == name)
    pattern = re.compile(column["pattern"]) if column["pattern"] else None
    return frozenset(values_of(column)), pattern


def _fault(column: Mapping[str, str], value: Any) -> str | None:
    """Return what is wrong with one value; None if it fits."""
    if _is_blank(value) and column["type"] != "boolean":
        return "is empty" if column["required"] else None
    expected = _PYTHON_TYPES[column["type"]]
    # bool is an int to isinstance, and True is no row number.
    if type(value) is not expected:
        return f"{value!r} is {type(value).__name__}, not {expected.__name__}"
    if isinstance(value, Decimal) and not value.is_finite():
        return f"{value!r} is no amount"
    values, pattern = _allowed(column["file"], column["column"])
    if values and value not in values:
        return f"{value!r} is none of {', '.join(values_of(column))}"
    if pattern and not pattern.fullmatch(value):
        return f"{value!r} does not match {pattern.pattern}"
    return None


def _check_values(name: str, rows: Sequence[Row]) -> None:
    for column in columns_of(name):
        key = column["column"]
        # Each distinct value is looked at once; 1, True and Decimal(1) are equal but not the same.
        first: dict[tuple[type, Any], int] = {}
        for number, value in enumerate((row[key] for row in rows), 1):
            first.setdefault((type(value), value), number)
        for (_, value), number in first.items():
            fault = _fault(column, value)
            if fault:
                raise SchemaError(f"{name}.csv, row {number}, column {key}: {fault}.")


def _tuples(rows: Sequence[Row], keys: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in rows]


def _check_key(name: str, rows: Sequence[Row]) -> None:
    keys = key_of(name)
    seen: dict[tuple[Any, ...], int] = {}
    for number, values in enumerate(_tuples(rows, keys), 1):
        first = seen.setdefault(values, number)
        if first != number:
            what = ", ".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
            raise SchemaError(
                f"{name}.csv, row {number}, columns {', '.join(keys)}: "
                f"the key of row {first} again ({what})."
            )


def _check_references(name: str, files: Mapping[str, Sequence[Row]]) -> None:
    for file, pairs in references_of(name).items():
        here, there = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        known = set(_tuples(files[file], there))
        for number, values in enumerate(_tuples(files[name], here), 1):
            # A row that leaves one of the columns empty points nowhere.
            if values not in known and not any(map(_is_blank, values)):
                raise SchemaError(
                    f"{name}.csv, row {number}, columns {', '.join(here)}: "
                    f"{file}.csv has no row with {', '.join(map(str, values))}."
                )


def check_files(source_id: str, files: Mapping[str, Sequence[Row]]) -> None:
    """Refuse rows that the data package would describe wrongly.

    Parameters
    ----------
    source_id
        The disclosure every row must come from.
    files
        Rows by file name (without suffix), one entry for each of :func:`file_names`.

    Raises
    ------
    SchemaError
        If a row has other columns than ``reference/columns.csv`` lists for its file, a value is of
        another type, missing where one is required, outside its list or its pattern, a key occurs
        twice, or a reference leads nowhere.  Numbers must be Decimal, never float.
    """
    for name in file_names():
        rows = files[name]
        columns = {column["column"] for column in columns_of(name)}
        for number, row in enumerate(rows, 1):
            if row.keys() != columns:
                odd = ", ".join(sorted(row.keys() ^ columns))
                raise SchemaError(f"{name}.csv, row {number}: missing or unknown columns {odd}.")
            if row["source_id"] != source_id:
                raise SchemaError(
                    f"{name}.csv, row {number}, column source_id: "
                    f"{row['source_id']!r} is not {source_id!r}."
                )
        _check_values(name, rows)
        _check_key(name, rows)
    for name in file_names():
        _check_references(name, files)
