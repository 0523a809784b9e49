"""Clean data on disk: CSV files and the data package that describes them.

Place in the chain: last before the analyses.  Input: rows of each file as dictionaries.  Output:
``data/clean/<source_id>/*.csv`` and ``datapackage.json``, byte-identical for the same input, and
``data/clean/datapackage.json`` for the whole collection.

Columns, types and keys of every file are rows of ``reference/columns.csv``; rows that do not fit
them are refused (:mod:`helpers.schema`), and then nothing is written.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.datapackage import collection_package, data_package
from helpers.document import DisclosureError
from helpers.schema import SchemaError, check_files, columns_of, file_names
from helpers.sources import SOURCE_ID, Source, find_root

Row = dict[str, Any]

DESCRIPTOR = "datapackage.json"


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def csv_text(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one clean file as CSV text: its columns in their order, numbers written out."""
    columns = [column["column"] for column in columns_of(name)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_as_text(row[column]) for column in columns] for row in rows)
    return buffer.getvalue()


def json_text(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows of one clean file as JSON, numbers as texts so that no digit is lost."""
    columns = [column["column"] for column in columns_of(name)]
    plain = [{column: _as_text(row[column]) for column in columns} for row in rows]
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _json_text(descriptor: Mapping[str, Any]) -> str:
    return json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"


def write_atomically(path: Path, text: str) -> None:
    """Write a UTF-8 text file so that it is either whole or not there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a folder together: afterwards all are new, or all are as they were.

    The new folder is made beside the old one, with whatever else lies there, and takes its place by
    two renames.  A run that dies between the two leaves the old folder under another name; the next
    run puts it back before it begins.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f".{folder.name}.new.tmp")
    old = folder.with_name(f".{folder.name}.old.tmp")
    if old.exists() and not folder.exists():
        old.rename(folder)
    for leftover in (new, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    try:
        if folder.exists():
            shutil.copytree(folder, new, ignore=lambda _, names: texts.keys() & set(names))
        else:
            new.mkdir()
        for name, text in texts.items():
            (new / name).write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        for leftover in (new, old):
            # What cannot be removed now, the next run removes.
            shutil.rmtree(leftover, ignore_errors=True)


def write_clean(
    folder: Path,
    source: Source,
    files: Mapping[str, Sequence[Row]],
    budget_units: Sequence[str] = (),
) -> None:
    """Write the clean files of one disclosure, all of them or none.

    Parameters
    ----------
    folder
        ``data/clean/<source_id>``; made if missing.
    source
        The disclosure.
    files
        Rows by file name (without suffix), one entry for each of :func:`file_names`.
    budget_units
        As for :func:`helpers.datapackage.data_package`.

    Raises
    ------
    SchemaError
        If a row does not fit the schema; nothing is written.
    """
    try:
        check_files(source.source_id, files)
    except SchemaError as error:
        # In a batch the reader must know whose file it is.
        raise SchemaError(f"{source.source_id}: {error} Nothing was written.") from error
    texts = {name: csv_text(name, files[name]) for name in file_names()}
    package = _json_text(data_package(source, texts, budget_units))
    _write_folder(
        folder, {f"{name}.csv": text for name, text in texts.items()} | {DESCRIPTOR: package}
    )


def _clean_ids(clean: Path) -> list[str]:
    """Return the folders of a folder that hold a clean disclosure, sorted."""
    folders = (path.parent.name for path in clean.glob(f"*/{DESCRIPTOR}"))
    # A run under way keeps what it writes in folders with a dot.
    return sorted(name for name in folders if SOURCE_ID.fullmatch(name))


def _read_packages(clean: Path) -> dict[str, dict[str, Any]]:
    """Return the descriptor of each clean disclosure by its folder, sorted."""
    return {
        name: json.loads((clean / name / DESCRIPTOR).read_text(encoding="utf-8"))
        for name in _clean_ids(clean)
    }


def write_collection(clean: Path) -> None:
    """Write the data package of all clean disclosures of a folder; none if there are none."""
    packages = _read_packages(clean)
    if packages:
        write_atomically(clean / DESCRIPTOR, _json_text(collection_package(packages)))


def _typed(frame: pd.DataFrame, name: str, decimals: bool) -> pd.DataFrame:
    """Give the columns of a frame of texts their types; a blank becomes None, <NA> or NaN."""
    for column in columns_of(name):
        key, kind = column["column"], column["type"]
        values = frame[key]
        if kind == "number" and not decimals:
            frame[key] = pd.array([float(text or "nan") for text in values], dtype="float64")
        elif kind == "number":
            frame[key] = [Decimal(text) if text else None for text in values]
        elif kind == "integer":
            frame[key] = pd.array([int(text) if text else pd.NA for text in values], dtype="Int64")
        elif kind == "boolean":
            frame[key] = values == "true"
    return frame


def _chosen(known: Sequence[str], source_ids: Iterable[str] | None) -> list[str]:
    """Return the disclosures asked for, all if None; refuse what is not there."""
    if source_ids is None:
        return list(known)
    wanted = [source_ids] if isinstance(source_ids, str) else list(source_ids)
    missing = [source_id for source_id in wanted if source_id not in known]
    if missing:
        raise DisclosureError(
            f"No clean data for {', '.join(missing)}; there are {', '.join(known) or 'none'}."
        )
    return wanted


def load(
    name: str,
    source_ids: Iterable[str] | None = None,
    *,
    all_rows: bool = False,
    decimals: bool = True,
) -> pd.DataFrame:
    """Load one clean file of all disclosures, or of some.

    The same money stands in several tables and on several rows of each, so ``facts`` come as items
    and parts only unless asked otherwise; even then a sum must name one ``table_id``.

    Parameters
    ----------
    name
        One of :func:`file_names`: ``facts, tables, claims, projects, …``.
    source_ids
        Disclosures; all of ``data/clean`` if None.
    all_rows
        Totals and subtotals too (``facts`` only).
    decimals
        Numbers as exact Decimal, a blank as None (the default: sums of money add up to the last
        fen); if False as float64, a blank as NaN, for plots and statistics.

    Returns
    -------
    pandas.DataFrame
        Columns as in ``reference/columns.csv``; codes are texts.

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
    known = _clean_ids(clean)
    wanted = _chosen(known, source_ids)
    columns = [column["column"] for column in columns_of(name)]
    rows: list[list[str]] = []
    for source_id in wanted:
        with (clean / source_id / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows += list(csv.reader(file))[1:]
    frame = _typed(pd.DataFrame(rows, columns=columns, dtype=str), name, decimals)
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

    Raises
    ------
    DisclosureError
        If there is no such disclosure.
    """
    keys = ["id", "title", "department", "place", "fiscal_year", "kind", "conversion"]
    packages = _read_packages(find_root() / "data" / "clean").values()
    wanted = _chosen([package["id"] for package in packages], source_ids)
    rows = [
        [*(package[key] for key in keys), len(package["budget_units"])]
        for package in packages
        if package["id"] in wanted
    ]
    return pd.DataFrame(rows, columns=["source_id", *keys[1:], "n_units"])
