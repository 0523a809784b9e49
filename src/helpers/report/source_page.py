"""The page of one document: every line with its number, and on it what was read.

Input are the raw file of a disclosure and its clean files; output is
``reports/source/<source_id>.html``, where the figures of all other pages lead. Lines with cells
between tabs, and the cells of other formats, stand as tables, so that a reader sees columns;
nothing is added to, left out of or moved in a line, but names and telephone numbers of contacts are
masked.
"""

import csv
import html
import re
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from pathlib import Path

from helpers.document import DisclosureError, row_of
from helpers.privacy import find_contacts
from helpers.provenance import Line, Mark, mark_lines
from helpers.readers import READABLE_SUFFIXES, read_document
from helpers.report.disclosure import describe_disclosure
from helpers.report.notebook import Job, Outcome
from helpers.report.pages import TEMPLATES, PageError, write_page
from helpers.report.template import Parameter, Template
from helpers.report.typeface import embed_chinese
from helpers.sources import read_source

#: What the runner plans: a page per disclosure, without a notebook.
SOURCE_PAGES = Template("source", {}, {"source_id": Parameter("source_id", "str", "")}, "")

TITLE = "The document, line by line 原文"

#: Clean files whose figures are marked; where two hold the same figure, the first named.
_MARKED = ("facts", "claims", "projects", "indicators", "tables", "unread")
_TAG = re.compile(r"(&lt;/?[a-zA-Z][^&]{0,80}?&gt;|\*\*|\[bookmark:[^\]]*\])")


@dataclass(frozen=True)
class _Block:
    """Rows of a table, or lines of running text; each with its place and its cells."""

    is_table: bool
    lines: tuple[dict, ...]


def render_source_page(job: Job) -> Outcome:
    """Write the page of a document; report a failure instead of raising it.

    One page must not cost the others theirs, so every exception is caught here, told in a sentence
    and logged in full.
    """
    start = time.monotonic()
    try:
        lines = _read_lines(job.root, job.source_id)
        outcome = Outcome(TITLE, _say(lines))
        write_page(job.page, embed_chinese(_render(job, lines, outcome)))
        job.log.unlink(missing_ok=True)
    except Exception as error:
        job.log.parent.mkdir(parents=True, exist_ok=True)
        job.log.write_text(traceback.format_exc(), encoding="utf-8")
        is_told = isinstance(error, DisclosureError | PageError)
        outcome = Outcome(reason=str(error) if is_told else f"{type(error).__name__}: {error}")
    return Outcome(outcome.title, outcome.result, outcome.reason, time.monotonic() - start)


def _read_lines(root: Path, source_id: str) -> list[Line]:
    document = read_document(_raw_file(root / "data" / "raw" / source_id))
    masked = find_contacts(document).mask_document(document)
    return mark_lines(masked, read_rows(root / "data" / "clean" / source_id))


def _raw_file(folder: Path) -> Path:
    texts = [path for path in folder.iterdir() if path.suffix.lower() in READABLE_SUFFIXES]
    return texts[0] if len(texts) == 1 else read_source(folder).path


def read_rows(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Read the clean files of a disclosure as texts, as far as there are any."""
    rows = {}
    for name in _MARKED:
        path = folder / f"{name}.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows[name] = list(csv.DictReader(file))
    return rows


def _say(lines: Sequence[Line]) -> str:
    figures = sum(mark.kind != "unread" for line in lines for mark in line.marks)
    return f"{len(lines):,} lines, {figures:,} figures and names marked"


def _render(job: Job, lines: Sequence[Line], outcome: Outcome) -> str:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("source.html.j2").render(
        disclosure=describe_disclosure(job.root, job.source_id),
        title=outcome.title,
        result=outcome.result,
        blocks=list(_blocks(lines)),
        tables=_tables(lines),
        version=job.version,
    )


def _tables(lines: Sequence[Line]) -> list[Mapping[str, object]]:
    """Return the titles of the tables, to find one's way."""
    return [
        {"place": line.place, "title": mark.title}
        for line in lines
        for mark in line.marks
        if mark.kind == "tables"
    ]


def _blocks(lines: Sequence[Line]) -> Iterator[_Block]:
    for (is_table, _), group in groupby(lines, key=_table_of):
        if not is_table:
            yield _Block(False, tuple(map(_shown, group)))
            continue
        rows = [list(row) for _, row in groupby(group, key=lambda line: row_of(line.place))]
        yield _Block(True, tuple(_shown(*r) if _is_cell(r[0]) else _shown(r[0]) for r in rows))


def _is_cell(line: Line) -> bool:
    return row_of(line.place) != line.place


def _table_of(line: Line) -> tuple[bool, str]:
    """Tell whether a line is a row, or a cell of one, and name the table if it is known."""
    if _is_cell(line):
        return True, re.sub(r"\d+$", "", row_of(line.place))
    # A tab at the start alone opens a cell that is a line of its own: no row to be laid out.
    return "\t" in line.text.lstrip("\t"), ""


def _shown(*lines: Line) -> dict:
    """Return what the page shows of a line or of the cells of a row."""
    if _is_cell(lines[0]):
        row = row_of(lines[0].place)
        return {"place": row, "label": row, "cells": list(_cells(lines)), "is_named": False}
    (line,) = lines
    return {
        "place": line.place,
        "label": line.place.removeprefix("L"),
        "cells": [{"html": text} for text in _content(line).split("\t")],
        "is_cell": line.text.startswith("\t"),
        "is_blank": not line.text.strip(),
        "is_named": line.is_named,
    }


def _cells(lines: Sequence[Line]) -> Iterator[dict]:
    """Yield the cells of a row; one that spans columns has no place but its first."""
    columns = [_column(line.place) for line in lines]
    if columns[0] > 1:
        yield {"html": "", "span": columns[0] - 1}
    following = [*columns[1:], columns[-1] + 1]
    for line, column, end in zip(lines, columns, following, strict=True):
        yield {"html": _content(line), "place": line.place, "span": max(1, end - column)}


def _column(place: str) -> int:
    """Return the number of the column of a cell: c4 → 4, AB7 → 28."""
    column, letters = re.search(r":c(\d+)$|!([A-Z]+)\d+$", place).groups()
    if column:
        return int(column)
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)


def _content(line: Line) -> str:
    return "".join(_piece_html(*piece) for piece in line.pieces())


def _piece_html(text: str, mark: Mark | None) -> str:
    if mark is None:
        # Markup that the conversion left stays visible, but out of the way.
        return _TAG.sub(r"<small>\1</small>", html.escape(text))
    return f'<mark class="{mark.kind}" title="{html.escape(mark.title)}">{html.escape(text)}</mark>'
