"""Clean data on disk: CSV files and the data package that describes them.

Place in the chain: last before the analyses.  Input: rows of each file as dictionaries.  Output:
``data/clean/<source_id>/*.csv`` and ``datapackage.json``, byte-identical for the same input.

The columns, types and descriptions of every file are rows of ``reference/columns.csv``; a row with
a column that is not listed there is refused.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.document import DisclosureError
from helpers.reference_data import read_reference
from helpers.sources import Source, find_root

Row = dict[str, Any]

_LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
# Fiscal Data Package: what kind of dimension each column of facts.csv is.
_FISCAL_TYPES = {
    "amount_yuan": "value",
    "fiscal_year": "date:fiscal-year",
    "phase": "phase:id",
    "side": "direction",
    "functional_code": "functional-classification:generic:code",
    "economic_code": "economic-classification:generic:code",
    "budget_unit": "administrative-classification:generic:label",
    "project_name": "activity:generic:project:label",
    "fund": "fin-source:generic:code",
    "label": "functional-classification:generic:label",
}


@cache
def file_names() -> tuple[str, ...]:
    """Return the names of the clean files, without suffix, in their order."""
    return tuple(dict.fromkeys(row["file"] for row in read_reference("columns")))


@cache
def columns_of(name: str) -> tuple[dict[str, str], ...]:
    """Return the column descriptions of one clean file."""
    return tuple(row for row in read_reference("columns") if row["file"] == name)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def csv_text(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one clean file as CSV text.

    Raises
    ------
    ValueError
        If a row has a column that ``reference/columns.csv`` does not list, or lacks one.
    """
    columns = [column["column"] for column in columns_of(name)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        if row.keys() != set(columns):
            raise ValueError(f"{name}.csv: row has columns {sorted(row)}, not {sorted(columns)}")
        writer.writerow([_as_text(row[column]) for column in columns])
    return buffer.getvalue()


def _resource(name: str) -> dict[str, Any]:
    columns = columns_of(name)
    fields = []
    for column in columns:
        entry = {
            "name": column["column"],
            "type": column["type"],
            "title": column["description_zh"],
            "description": column["description_en"],
        }
        if column["unit"]:
            entry["unit"] = column["unit"]
        if name == "facts" and column["column"] in _FISCAL_TYPES:
            entry["columnType"] = _FISCAL_TYPES[column["column"]]
        fields.append(entry)
    return {
        "name": name.replace("_", "-"),
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": fields,
            "primaryKey": [column["column"] for column in columns if column["is_key"]],
            "missingValues": [""],
        },
    }


def data_package(source: Source, budget_units: Sequence[str] = ()) -> dict[str, Any]:
    """Return the Frictionless descriptor of one clean disclosure.

    Parameters
    ----------
    source
        The disclosure.
    budget_units
        Names of the budget units whose figures it adds up, as far as it names them.
    """
    return {
        "profile": "data-package",
        "name": source.source_id.replace("_", "-"),
        "id": source.source_id,
        "title": source.title,
        "department": source.department,
        "place": source.place,
        "fiscal_year": source.fiscal_year,
        "kind": source.kind,
        "conversion": source.conversion,
        "budget_units": list(budget_units),
        "licenses": [_LICENCE],
        "sources": [
            {"title": source.title, "path": source.url} if source.url else {"title": source.title}
        ],
        "raw": {"file": source.path.name, "sha256": source.sha256},
        "resources": [_resource(name) for name in file_names()],
    }


def write_atomically(path: Path, text: str) -> None:
    """Write a UTF-8 text file so that it is either whole or not there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_clean(
    folder: Path,
    source: Source,
    files: Mapping[str, Iterable[Row]],
    budget_units: Sequence[str] = (),
) -> None:
    """Write the clean files of one disclosure.

    Parameters
    ----------
    folder
        ``data/clean/<source_id>``; made if missing.
    source
        The disclosure.
    files
        Rows by file name (without suffix), one entry for each of :func:`file_names`.
    budget_units
        As for :func:`data_package`.
    """
    texts = {f"{name}.csv": csv_text(name, files[name]) for name in file_names()}
    package = json.dumps(data_package(source, budget_units), ensure_ascii=False, indent=2) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomically(folder / name, text)
    write_atomically(folder / "datapackage.json", package)


def _typed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the columns of a frame of texts their types; amounts become Decimal, blanks None."""
    for column in columns_of(name):
        key, kind = column["column"], column["type"]
        values = frame[key]
        if kind == "number":
            frame[key] = [Decimal(text) if text else None for text in values]
        elif kind in ("integer", "year"):
            frame[key] = pd.array([int(text) if text else pd.NA for text in values], dtype="Int64")
        elif kind == "boolean":
            frame[key] = values == "true"
    return frame


def load(
    name: str, source_ids: Iterable[str] | None = None, *, all_rows: bool = False
) -> pd.DataFrame:
    """Load one clean file of all disclosures, or of some.

    The same money stands in several tables and on several rows of each, so ``facts`` come as items
    and parts only unless asked otherwise; even then a sum must name one ``table_id``.

    Parameters
    ----------
    name
        ``facts, tables, claims, projects, indicators, key_figures`` or ``unread``.
    source_ids
        Disclosures; all of ``data/clean`` if None.
    all_rows
        Totals and subtotals too (``facts`` only).

    Returns
    -------
    pandas.DataFrame
        Columns as in ``reference/columns.csv``; amounts are Decimal, codes are texts.

    Raises
    ------
    DisclosureError
        If there is no such file or no such disclosure.

    Examples
    --------
    >>> load("facts", []).empty
    True
    """
    if name not in file_names():
        raise DisclosureError(
            f"There is no clean file {name!r}; there are {', '.join(file_names())}."
        )
    clean = find_root() / "data" / "clean"
    known = sorted(path.parent.name for path in clean.glob("*/datapackage.json"))
    wanted = known if source_ids is None else list(source_ids)
    missing = [source_id for source_id in wanted if source_id not in known]
    if missing:
        raise DisclosureError(
            f"No clean data for {', '.join(missing)}; there are {', '.join(known) or 'none'}."
        )
    columns = [column["column"] for column in columns_of(name)]
    rows: list[list[str]] = []
    for source_id in wanted:
        with (clean / source_id / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows += list(csv.reader(file))[1:]
    frame = _typed(pd.DataFrame(rows, columns=columns, dtype=str), name)
    if name == "facts" and not all_rows:
        frame = frame[(frame["line_role"] == "item") & (frame["column_role"] == "part")]
    return frame.reset_index(drop=True)


def load_sources(source_ids: Iterable[str] | None = None) -> pd.DataFrame:
    """Load what is known about each clean disclosure.

    Returns
    -------
    pandas.DataFrame
        Columns ``source_id, title, department, place, fiscal_year, kind, conversion, n_units``, by
        source_id; ``n_units`` is 0 where the document does not name its budget units.
    """
    keys = ["id", "title", "department", "place", "fiscal_year", "kind", "conversion"]
    packages = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((find_root() / "data" / "clean").glob("*/datapackage.json"))
    ]
    wanted = None if source_ids is None else set(source_ids)
    rows = [
        [*(package[key] for key in keys), len(package["budget_units"])]
        for package in packages
        if wanted is None or package["id"] in wanted
    ]
    return pd.DataFrame(rows, columns=["source_id", *keys[1:], "n_units"])
