"""Clean data for other programs: one Parquet of all facts, an Excel workbook per disclosure.

Place in the chain: after ``packaging``.  Input: the CSV files of ``data/clean``.  Output: build
products that are not committed; they hold what the CSV files hold, no more.

``facts.parquet`` has the columns of ``facts.csv``: amounts as ``DECIMAL(24, 6)``, codes as text, a
blank as NULL.  It holds every row, totals and 其中 rows too: whoever sums names one ``table_id``,
``line_role = 'item'`` and ``column_role = 'part'``.

``<source_id>.xlsx`` has a sheet about the disclosure and one per clean file.  Texts are text
cells, so ``=6人`` and ``>=90%`` are no formulas and leading zeros stay.  Numbers are number
cells with as many decimals as the CSV file has; where the fifteen digits of Excel would not do, the
exact text stands in a column beside.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers.document import DisclosureError
from helpers.packaging import load_sources
from helpers.reference_data import read_reference
from helpers.schema import columns_of, file_names
from helpers.sources import find_root

FACTS = "facts.parquet"

# Eighteen digits before the point and six after it: 亿元 printed with fourteen decimals still fit.
_DECIMAL = "DECIMAL(24, 6)"
_FITS = r"-?\d{1,18}(\.\d{1,6})?"
_SQL_TYPES = {
    "string": "VARCHAR",
    "integer": "INTEGER",
    "number": _DECIMAL,
    "boolean": "BOOLEAN",
}

_EXCEL_DIGITS = 15
_EXCEL_TEXT = 32_767
_EXCEL_ROWS = 1_048_576
_WIDEST, _NARROWEST = 60, 8


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def write_facts_parquet(path: Path, clean: Path, source_ids: Sequence[str]) -> None:
    """Write the facts of some disclosures as one Parquet file.

    Parameters
    ----------
    path
        The file to write; it is replaced only when the new one is whole.
    clean
        ``data/clean``.
    source_ids
        The disclosures, at least one.

    Raises
    ------
    DisclosureError
        If an amount has more digits than the column holds; nothing is rounded.
    """
    import duckdb

    columns = columns_of("facts")
    files = ", ".join(_quoted(str(clean / source_id / "facts.csv")) for source_id in source_ids)
    texts = ", ".join(f"{_quoted(column['column'])}: 'VARCHAR'" for column in columns)
    # Nothing is guessed from the first rows, as DuckDB would: a code is no number.
    facts = (
        f"read_csv([{files}], auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', nullstr = '', parallel = false, columns = {{{texts}}})"
    )
    typed = ", ".join(
        f"CAST({column['column']} AS {_SQL_TYPES[column['type']]}) AS {column['column']}"
        for column in columns
    )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with duckdb.connect() as database:
            too_long = database.execute(
                f"SELECT source_id, origin, amount_yuan FROM {facts} "
                f"WHERE NOT regexp_full_match(amount_yuan, {_quoted(_FITS)}) LIMIT 1"
            ).fetchone()
            if too_long:
                source_id, origin, amount = too_long
                raise DisclosureError(
                    f"{source_id}, {origin}: {amount} yuan does not fit {_DECIMAL}."
                )
            database.execute(
                f"COPY (SELECT {typed} FROM {facts}) TO {_quoted(str(temporary))} (FORMAT parquet)"
            )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _loses_digits(text: str) -> bool:
    """Whether a number has more significant digits than Excel keeps."""
    return len(Decimal(text).normalize().as_tuple().digits) > _EXCEL_DIGITS


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


class _Sheet:
    """One clean file on its way into a workbook."""

    def __init__(self, workbook: Any, formats: _Formats, name: str, rows: list[list[str]]) -> None:
        (about,) = (row for row in read_reference("clean_files") if row["file"] == name)
        self._name, self._formats, self._rows = name, formats, rows
        self._sheet = workbook.add_worksheet(about["sheet"])

    def write(self) -> None:
        if len(self._rows) >= _EXCEL_ROWS:
            raise DisclosureError(f"{self._name}.csv has more rows than a sheet holds.")
        self._sheet.freeze_panes(1, 0)
        at = 0
        for index, column in enumerate(columns_of(self._name)):
            texts = [row[index] for row in self._rows]
            title = f"{column['description_zh']}\n{column['column']}"
            self._write_column(at, title, texts, column["type"])
            at += 1
            if column["type"] == "number" and any(_loses_digits(text) for text in texts if text):
                exact = [text if text and _loses_digits(text) else "" for text in texts]
                self._write_column(at, f"{title}_exact", exact, "string")
                at += 1
        self._sheet.autofilter(0, 0, len(self._rows), at - 1)
        # Codes are texts on purpose: no green corner for a "number stored as text".
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(self._rows) + 1}"})

    def _write_column(self, at: int, title: str, texts: list[str], kind: str) -> None:
        self._sheet.write_string(0, at, title, self._formats.head)
        widest = max((_width(text) for text in (*texts, *title.split("\n"))), default=0)
        self._sheet.set_column(at, at, min(max(widest + 2, _NARROWEST), _WIDEST))
        for number, text in enumerate(texts, 1):
            if not text:
                continue
            if kind in ("number", "integer"):
                style = self._formats.number(text) if kind == "number" else None
                self._sheet.write_number(number, at, float(text), style)
            elif kind == "boolean":
                self._sheet.write_boolean(number, at, text == "true")
            elif len(text) > _EXCEL_TEXT:
                column = title.partition("\n")[2]
                raise DisclosureError(
                    f"{self._name}.csv, row {number}, column {column}: "
                    f"{len(text)} characters are more than a cell holds."
                )
            else:
                self._sheet.write_string(number, at, text, self._formats.text)


class _Formats:
    """Cell formats of one workbook, made once each."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._numbers: dict[int, Any] = {}
        self.head = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        )
        self.text = workbook.add_format({"num_format": "@"})

    def number(self, text: str) -> Any:
        """Return the format that shows as many decimals as the text has."""
        decimals = len(text.partition(".")[2])
        if decimals not in self._numbers:
            shown = "#,##0" + (f".{'0' * decimals}" if decimals else "")
            self._numbers[decimals] = self._workbook.add_format({"num_format": shown})
        return self._numbers[decimals]


def _width(text: str) -> int:
    """Return how many Latin letters wide a text is; a Chinese character takes two."""
    return sum(1 if ord(character) < 0x1100 else 2 for character in text)


def _about(known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the lines of the first sheet."""
    yield "标题 title", known["title"]
    yield "部门 department", known["department"]
    yield "年度 fiscal year", str(known["fiscal_year"])
    yield "类别 kind", {"budget": "预算 budget", "final": "决算 final accounts"}[known["kind"]]
    yield "编号 source_id", known["source_id"]
    yield "许可 licence", "CC BY 4.0"
    yield "注意 note", "同一笔资金出现在多张表中：求和时只取一个 table_id 的 item 行、part 栏。"
    for row in read_reference("clean_files"):
        yield f"工作表 {row['sheet']}", f"{row['title_en']}. {row['description_en']}."


def write_workbook(path: Path, clean: Path, known: dict[str, Any]) -> None:
    """Write the clean files of one disclosure as an Excel workbook.

    Parameters
    ----------
    path
        The file to write; it is replaced only when the new one is whole.
    clean
        ``data/clean``.
    known
        A row of :func:`helpers.packaging.load_sources`.

    Raises
    ------
    DisclosureError
        If a text or a file is longer than Excel allows; nothing is cut off.
    """
    import xlsxwriter

    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with xlsxwriter.Workbook(temporary) as workbook:
            # The year's first day, not today: the same data give the same bytes.
            workbook.set_properties(
                {"title": known["title"], "created": datetime(known["fiscal_year"], 1, 1)}
            )
            formats = _Formats(workbook)
            about = workbook.add_worksheet("说明")
            about.set_column(0, 0, 20)
            about.set_column(1, 1, 100)
            for number, (key, text) in enumerate(_about(known)):
                about.write_string(number, 0, key, formats.head)
                about.write_string(number, 1, text, formats.text)
            for name in file_names():
                rows = _rows(clean / known["source_id"] / f"{name}.csv")
                _Sheet(workbook, formats, name, rows).write()
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def export(out: Path, source_ids: Iterable[str] | None = None) -> list[Path]:
    """Write the Parquet of all facts and a workbook per disclosure.

    Parameters
    ----------
    out
        Folder; made if missing.
    source_ids
        Disclosures; all of ``data/clean`` if None.

    Returns
    -------
    list of Path
        What was written, the Parquet first.

    Raises
    ------
    DisclosureError
        If there is no such disclosure or none at all, or a value does not fit its format.
    """
    clean = find_root() / "data" / "clean"
    wanted = None if source_ids is None else list(dict.fromkeys(source_ids))
    known = load_sources(wanted).to_dict("records")
    found = [row["source_id"] for row in known]
    if not found:
        raise DisclosureError("No clean data for any disclosure.")
    out.mkdir(parents=True, exist_ok=True)
    written = [out / FACTS]
    write_facts_parquet(written[0], clean, found)
    for row in known:
        written.append(out / f"{row['source_id']}.xlsx")
        write_workbook(written[-1], clean, row)
    return written
