"""Cells of PDF tables read right, side by side with what a user would pick instead.

Place in the chain: beside ``timing``.  Input: folders of PDF files.  Output: a table on the
terminal, and the same as values.

Each reader gives figures with what it says about them.  A figure is *right* if its row has the name
and the code, its column every heading, and its unit is the one stated; what that should be is what
the library reads from the filed text of the same disclosure, a file named by its ``source_id``.
Of other PDF files nobody has told what is right: there the figures count that two readers find, and
those are *complete* that have any name, heading and unit, right or not.

Plain extraction returns rows of cells, without caption, on each page anew.  It is given the benefit
of every doubt: headings are what stands above the first figures of the table, filled to the right;
a unit counts if the page or one before it states it anywhere.  PyMuPDF has a licence (AGPL) that
this library does not ask of its users: it is measured only where it is installed.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pdfplumber

from helpers.amounts import UNIT_FACTORS, find_unit, parse_number
from helpers.disclosure import read
from helpers.document import DisclosureError, squeeze
from helpers.sources import find_root, list_sources

_WITH_DECIMALS = re.compile(r"[-−]?[\d,]+\.\d+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as one reader gives it.

    Attributes
    ----------
    value
        As printed, in its unit.
    row, heading
        Codes and names of its row; all headings over it.
    unit
        A key of :data:`~helpers.amounts.UNIT_FACTORS`, or empty.
    """

    value: Decimal
    row: str
    heading: str
    unit: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What the filed text says of one figure."""

    value: Decimal
    names: tuple[str, ...]
    headings: tuple[str, ...]
    unit: str

    def is_met_by(self, figure: Figure) -> bool:
        """Tell whether a reader gives this figure with all that belongs to it."""
        return (
            figure.value == self.value
            and figure.unit == self.unit
            and all(name in figure.row for name in self.names)
            and all(heading in figure.heading for heading in self.headings)
        )


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one reader made of one PDF file.

    Attributes
    ----------
    name, reader
        Of the file without suffix, and of the reader.
    is_known
        Whether ``right`` was compared with the filed text, or counts what is complete.
    cells, right
        Figures to be read, and those that are right.
    pages, seconds
        Of the file, and the time for all of it.
    """

    name: str
    reader: str
    is_known: bool
    cells: int
    right: int
    pages: int
    seconds: float


def _plain(text: str) -> str:
    return squeeze(text).replace("(", "（").replace(")", "）")


def _last_unit(text: str) -> str:
    units = [unit for line in text.splitlines() if (unit := find_unit(line))]
    return units[-1] if units else ""


def figures_of_rows(rows: Iterable[Sequence[str | None]], unit: str) -> Iterator[Figure]:
    """Yield the figures of a table that is known as rows of cells alone.

    Parameters
    ----------
    rows
        As plain extraction returns them; None within merged cells.
    unit
        Stated on the page or before it.

    Examples
    --------
    >>> rows = [["科目", None, "支出", None], ["编码", "名称", "合计", "项目支出"],
    ...         ["208", "社会保障", "5.10", "0.10"]]
    >>> [(str(one.value), one.row, one.heading) for one in figures_of_rows(rows, "万元")]
    [('5.10', '208社会保障', '支出合计'), ('0.10', '208社会保障', '支出项目支出')]
    """
    headings: list[str] = []
    is_body = False
    for row in rows:
        texts = [_plain(cell or "") for cell in row]
        # A line break may stand within a figure; a blank may stand between two.
        values = [parse_number((cell or "").replace("\n", "")) for cell in row]
        is_body = is_body or any(value is not None for value in values)
        if not is_body:
            headings += [""] * (len(texts) - len(headings))
            above = ""
            for column, text in enumerate(texts):
                above = text or above
                headings[column] += above
            continue
        named = [i for i, text in enumerate(texts) if text and values[i] is None]
        for column, value in enumerate(values):
            last = max((i for i in named if i < column), default=None)
            if value is not None and (last is not None or not named):
                name = "".join(texts[: last + 1]) if last is not None else ""
                heading = headings[column] if column < len(headings) else ""
                yield Figure(value, name, heading, _last_unit("\n".join(texts)) or unit)


def _with_helpers(path: Path) -> list[Figure]:
    return [
        Figure(one.value, "".join(one.names), "".join(one.headings), one.unit)
        for one in _stated(path)
    ]


def _with_pdfplumber(path: Path) -> list[Figure]:
    found: list[Figure] = []
    unit = ""
    with pdfplumber.open(path) as document:
        for page in document.pages:
            unit = _last_unit(page.extract_text() or "") or unit
            for rows in page.extract_tables():
                found += figures_of_rows(rows, unit)
            page.close()
    return found


def _with_pymupdf(path: Path) -> list[Figure]:
    pymupdf = importlib.import_module("pymupdf")
    found: list[Figure] = []
    unit = ""
    # It recommends further packages on standard output.
    with contextlib.redirect_stdout(io.StringIO()), pymupdf.open(path) as document:
        for page in document:
            unit = _last_unit(page.get_text()) or unit
            for table in page.find_tables().tables:
                found += figures_of_rows(table.extract(), unit)
    return found


READERS: dict[str, Callable[[Path], list[Figure]]] = {
    "helpers": _with_helpers,
    "pdfplumber": _with_pdfplumber,
    "PyMuPDF": _with_pymupdf,
}


def _stated(place: Path) -> list[Expected]:
    """Return the figures of all tables as the library reads them."""
    return [
        Expected(
            value=fact["amount_yuan"] / UNIT_FACTORS[fact["unit_text"]],
            names=tuple(
                _plain(text)
                for text in (fact["functional_code"] or fact["economic_code"], fact["label"])
                if text
            ),
            headings=tuple(_plain(text) for text in fact["column_path"].split("/") if text),
            unit=fact["unit_text"],
        )
        for fact in read(place).rows["facts"]
        if fact["unit_text"]
    ]


def count_right(expected: Iterable[Expected], figures: Iterable[Figure]) -> int:
    """Return how many expected figures a reader gives; each of its figures counts once."""
    left: dict[Decimal, list[Figure]] = {}
    for figure in figures:
        left.setdefault(figure.value, []).append(figure)
    right = 0
    for one in expected:
        same = left.get(one.value, [])
        found = next((figure for figure in same if one.is_met_by(figure)), None)
        if found is not None:
            same.remove(found)
            right += 1
    return right


def _printed(figures: Iterable[Figure]) -> Counter[Decimal]:
    return Counter(one.value for one in figures if _WITH_DECIMALS.fullmatch(f"{one.value:f}"))


def _count_complete(seen: Counter[Decimal], figures: Iterable[Figure]) -> int:
    complete = _printed(one for one in figures if one.row and one.heading and one.unit)
    return sum((complete & seen).values())


def compare(path: Path, truth: Path | None) -> list[Extraction]:
    """Read one PDF file with every reader that is installed.

    Parameters
    ----------
    path
        Of the PDF file.
    truth
        Folder of the same disclosure as filed; None if it is not.
    """
    with pdfplumber.open(path) as document:
        pages = len(document.pages)
    taken: dict[str, tuple[list[Figure], float]] = {}
    for name, reader in READERS.items():
        start = time.perf_counter()
        try:
            figures = reader(path)
        except ImportError:
            continue
        except DisclosureError:
            figures = []
        taken[name] = figures, time.perf_counter() - start
    expected = _stated(truth) if truth is not None else []
    seen: Counter[Decimal] = Counter()
    for (one, _), (other, _) in combinations(taken.values(), 2):
        seen |= _printed(one) & _printed(other)
    return [
        Extraction(
            path.stem,
            name,
            truth is not None,
            len(expected) if truth is not None else sum(seen.values()),
            count_right(expected, figures) if truth is not None else _count_complete(seen, figures),
            pages,
            seconds,
        )
        for name, (figures, seconds) in taken.items()
    ]


def _share(one: Extraction) -> str:
    return f"{one.right / one.cells:.1%}" if one.cells else "-"


def _table(found: Sequence[Extraction]) -> str:
    names = [*READERS]
    heads = "".join(f"{name:>12}{'s per page':>12}" for name in names)
    rows = [f"{'PDF file':<44}{'cells':>7}{heads}"]
    for file in dict.fromkeys((one.name, one.is_known) for one in found):
        of_file = {one.reader: one for one in found if (one.name, one.is_known) == file}
        cells = [
            f"{_share(one):>12}{one.seconds / one.pages:>12.2f}"
            if (one := of_file.get(name))
            else f"{'-':>12}{'-':>12}"
            for name in names
        ]
        title = f"{file[0]}{'' if file[1] else ' (complete)'}"
        rows.append(f"{title[:43]:<44}{next(iter(of_file.values())).cells:>7}{''.join(cells)}")
    return "\n".join(rows)


def compare_extraction(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """Compare the readers on all PDF files of some folders, and print a table.

    Parameters
    ----------
    folders
        Of PDF files; one named by the ``source_id`` of a filed disclosure states the same as that.

    Returns
    -------
    list of dict
        The fields of :class:`Extraction`, one for each file and reader.
    """
    filed = {name: find_root() / "data" / "raw" / name for name in list_sources()}
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.pdf"))
    found = [one for path in paths for one in compare(path, filed.get(path.stem))]
    if found:
        print(f"\ncells with row, headings and unit\n{_table(found)}")
        missing = [name for name in READERS if all(one.reader != name for one in found)]
        for name in missing:
            print(f"{name}: not installed")
    return [asdict(one) for one in found]
