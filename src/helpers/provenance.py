"""Where a figure stands: the lines of the document it was read from, with the figure marked.

Place in the chain: after everything was read.  Input: a document as it may be shown and rows of its
clean files.  Output: :class:`Place` for one row, or the marks of the whole document for its source
page.

A row names its line; the figure is found on that line by its digits.  Where a line holds the same
figure more than once, and as many rows claim it, they take it in turn: the second row has the
second cell.  Where the numbers differ, all are marked, since nothing says which one is meant.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.document import NARROW, DisclosureError, Document, squeeze
from helpers.traced import Traced

Row = Mapping[str, Any]

#: Columns that name a place; most files have the first, findings have two sides.
ORIGINS = ("origin", "left_origin", "right_origin")

_NUMBER = re.compile(r"-?[\d,]*\d(?:\.\d+)?")
# Columns with what is to be seen on the line, and what tells rows of one line apart.
_SHOWN = ("amount_text", "value", "left_value", "right_value", "level3", "target", "actual")
_NAMES = ("project_name", "title", "text")
_KEYS = ("row_no", "column_path", "side", "claim_no", "project_no", "indicator_no")
_AMOUNTS = ("initial_budget_yuan", "adjusted_budget_yuan", "executed_yuan", "carry_over_yuan")
_IN_YUAN = (Decimal(1), Decimal(10_000), Decimal(100_000_000))
_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a line that was read; ``title`` says as what, ``kind`` names the clean file."""

    start: int
    end: int
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the document, as it may be shown, and what is marked on it.

    ``place`` is its origin; ``is_named`` tells whether a row names the line: a damaged figure may
    not be found on it.
    """

    number: int
    place: str
    text: str
    marks: tuple[Mark, ...]
    is_named: bool

    def pieces(self) -> Iterator[tuple[str, Mark | None]]:
        """Yield the line in pieces, marked or not."""
        end = 0
        for mark in self.marks:
            if mark.start > end:
                yield self.text[end : mark.start], None
            yield self.text[mark.start : mark.end], mark
            end = mark.end
        if end < len(self.text):
            yield self.text[end:], None


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a document to be looked at: as text, or in JupyterLab as HTML.

    Attributes
    ----------
    source_id, origin
        As in the clean files.
    lines
        The lines named and, around each of them, two lines that are not blank.
    targets
        Numbers of the lines named.
    """

    source_id: str
    origin: str
    lines: tuple[Line, ...]
    targets: frozenset[int]

    def __str__(self) -> str:
        return "\n".join(
            f"{line.place}: " + "".join(_bracketed(*piece) for piece in line.pieces()).strip()
            for line in self.lines
            if line.number in self.targets
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(self._line_html(line) for line in self.lines)
        place = Traced(self.origin, self.source_id, self.origin).to_html()
        return (
            f'<figure class="place"><pre style="white-space:pre-wrap">{rows}</pre>'
            f"<figcaption>{html.escape(self.source_id)}, {place}</figcaption></figure>"
        )

    def _line_html(self, line: Line) -> str:
        faint = "" if line.number in self.targets else ' style="opacity:.6"'
        cells = "".join(
            f"<mark>{html.escape(text)}</mark>" if mark else html.escape(text)
            for text, mark in line.pieces()
        )
        shown = cells.strip().replace("\t", ' <span style="opacity:.5">│</span> ')
        return f"<div{faint}><b>{html.escape(line.place.removeprefix('L'))}</b>  {shown}</div>"


def _bracketed(text: str, mark: Mark | None) -> str:
    return f"【{text}】" if mark else text


def origin_of(row: Row | str) -> str:
    """Return the place a row names, or a traced or plain origin itself.

    Raises
    ------
    DisclosureError
        If the row names none.
    """
    if isinstance(row, str):
        return row.origin if isinstance(row, Traced) else row
    named = [row[key] for key in ORIGINS if isinstance(row.get(key), str) and row[key]]
    if not named:
        raise DisclosureError("This row names no place in a document: it has no origin.")
    return ";".join(dict.fromkeys(place for names in named for place in names.split(";")))


def find_place(
    source_id: str,
    document: Document,
    row: Row | str,
    rows: Mapping[str, Sequence[Row]],
) -> Place:
    """Return the place of a row with its figure marked.

    Parameters
    ----------
    source_id
        Of the disclosure.
    document
        With its lines as they may be shown.
    row
        A row of a clean file, or an origin.
    rows
        All rows of the clean files by their name: they say whose turn a figure is.

    Raises
    ------
    DisclosureError
        If the place is none of this document.
    """
    origin = origin_of(row)
    is_row = isinstance(row, Mapping)
    owner = row.get("source_id") if is_row else getattr(row, "source_id", None)
    if owner and owner != source_id:
        raise DisclosureError(f"The row is of {owner}, not of {source_id}.")
    lines, places = document.lines, document.places
    targets = [document.numbers.get(place, 0) for place in origin.split(";")]
    if not all(targets):
        raise DisclosureError(f"{source_id} has no place {origin!r}.")
    peers = _peers(row, rows) if not isinstance(row, str) else []
    shown = [
        Line(number, place, text, _marks_of(row, peers, text), True)
        if number in targets
        else Line(number, place, text, (), False)
        for number in sorted({n for target in targets for n in _around(lines, target)})
        for place, text in [(places[number - 1], lines[number - 1])]
    ]
    return Place(source_id, origin, tuple(shown), frozenset(targets))


def _around(lines: Sequence[str], target: int) -> list[int]:
    before = [n for n in range(target - 1, 0, -1) if lines[n - 1].strip()][:_CONTEXT]
    after = [n for n in range(target + 1, len(lines) + 1) if lines[n - 1].strip()][:_CONTEXT]
    return [*before, target, *after]


def _peers(row: Row, rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Return the rows of the same file that name the same place, in their order."""
    for own in rows.values():
        if own and set(row.keys()) <= set(own[0].keys()):
            same = [other for other in own if other.get("origin") == row.get("origin")]
            if same:
                return same
    return []


def _marks_of(row: Row | str, peers: Sequence[Row], text: str) -> tuple[Mark, ...]:
    if isinstance(row, str):
        traced = isinstance(row, Traced) and row != row.origin
        spans = _spans(str(row), text) if traced else []
        return tuple(Mark(*span, "", "") for span in spans)
    found = []
    for figure in _figures(row):
        claimants = [other for other in peers if figure in _figures(other)]
        turn = [i for i, other in enumerate(claimants) if _is_same(row, other)]
        spans = _spans(figure, text)
        if len(turn) == 1 and len(claimants) == len(spans):
            spans = [spans[turn[0]]]
        found += [Mark(*span, "", "") for span in spans]
    return _apart(found)


def _is_same(row: Row, other: Row) -> bool:
    return all(str(row[k]) == str(other[k]) for k in _KEYS if k in row and k in other)


def mark_lines(document: Document, rows: Mapping[str, Sequence[Row]]) -> list[Line]:
    """Mark on every line of a document what was read from it.

    Parameters
    ----------
    document
        With its lines as they may be shown.
    rows
        Rows of the clean files by their name; where two files hold the same figure, the first
        named gives the mark.

    Returns
    -------
    list of Line
        All lines, in order.
    """
    titles: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    named_lines = set()
    for kind, own in rows.items():
        for row in own:
            for place in origin_of(row).split(";") if row.get("origin") else ():
                number = document.numbers.get(place)
                if number is None:
                    continue
                named_lines.add(number)
                for figure in dict.fromkeys(_figures(row)):
                    titles[number, kind, figure].append(_title(row))
    marks: dict[int, list[Mark]] = defaultdict(list)
    for (number, kind, figure), named in titles.items():
        spans = _spans(figure, document.lines[number - 1])
        if len(named) != len(spans):
            named = ["; ".join(dict.fromkeys(named))] * len(spans)
        marks[number] += [
            Mark(*span, title, kind) for span, title in zip(spans, named, strict=True)
        ]
    return [
        Line(n, place, text, _apart(marks.get(n, ())), n in named_lines)
        for n, (place, text) in enumerate(zip(document.places, document.lines, strict=True), 1)
    ]


def _apart(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Keep marks that do not overlap, the first named first."""
    kept: list[Mark] = []
    for mark in marks:
        if all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    return tuple(sorted(kept, key=lambda mark: mark.start))


def _title(row: Row) -> str:
    """Say in a few words what a figure was read as."""
    subject = row.get("subject") or row.get("label") or row.get("level3") or row.get("title")
    words = [subject or row.get("project_name"), row.get("column_path") or row.get("role")]
    return " · ".join(str(word) for word in [*words, row.get("reason")] if word)


def _figures(row: Row) -> list[str]:
    """Return what a row has to show on its line: its figures, else its name and amounts."""
    found = [str(row[key]) for key in _SHOWN if _is_stated(row.get(key))]
    if row.get("unit") == "yuan" and "measure" in row:
        found = _as_printed(found[0])
    if not found:
        amounts = [row[key] for key in _AMOUNTS if _is_stated(row.get(key))]
        found = [str(row[key]) for key in _NAMES if _is_stated(row.get(key))]
        found += [printed for amount in amounts for printed in _as_printed(str(amount))]
    return found


def _as_printed(yuan: str) -> list[str]:
    """Write an amount in yuan the ways a document may print it: in yuan, 万元 and 亿元."""
    return [f"{(Decimal(yuan) / size).normalize():f}" for size in _IN_YUAN]


def _is_stated(value: Any) -> bool:
    return value is not None and value == value and str(value) != ""


def _spans(figure: str, line: str) -> list[tuple[int, int]]:
    """Find a figure or a text on a line."""
    if not _NUMBER.fullmatch(figure.translate(NARROW)):
        pattern = r"[ \u3000\u00a0]*".join(map(re.escape, squeeze(figure)))
        return [match.span() for match in re.finditer(pattern, line)] if pattern else []
    digits = figure.translate(NARROW).lstrip("-").replace(",", "")
    wide = line.translate(NARROW)
    for gap in (r"(?:, ?)?", r"(?:[, ] ?)?"):  # blanks within a number are a conversion's fault
        spans = [match.span() for match in re.finditer(_number_pattern(digits, gap), wide)]
        if spans:
            return spans
    return []


def _number_pattern(digits: str, gap: str) -> str:
    whole, _, fraction = digits.partition(".")
    pattern = gap.join(whole)
    pattern += rf" ?\. ?{fraction.rstrip('0')}0*" if fraction.strip("0") else r"(?: ?\. ?0+)?"
    return rf"(?<!\d)(?<!\d[.,]){pattern}(?!\d|[.,]\d)"
