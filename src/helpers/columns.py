"""The columns of a table: the header tree resolved, and what each column holds.

Place in the chain: used by ``grid``.  Input: header rows and body rows of one printed table.
Output: one :class:`Column` for each column of the body.

Converters drop the spans of merged header cells, or keep them one column too short, so that a
header text no longer stands above its figures.  A header is therefore read as a *tree* whose
leaves, in order, must be as many as the columns of the body; positions are only the starting point.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from helpers.amounts import Amount, parse_amount
from helpers.document import Cell, squeeze

CODE, LABEL, PROJECT, SERIAL, AMOUNT = "code", "label", "project", "serial", "amount"

LEAF_CODE = re.compile(r"^(?:类|类?款|款?项)$|(?:编码|代码)$")
_LEAF_SERIAL = re.compile(r"^(?:行次|序号|栏次)$")
HEADS_NAMES = re.compile(
    r"^(?:项目|科目|类|类?款|款?项)$|(?:编码|代码|名称|内容|功能分类|经济分类|按功能分类)$"
)
LEVELS = frozenset({"类", "款", "项", "类款", "款项"})
_CODE = re.compile(r"[235]\d{2}(?:\d{2}){0,2}")
_DAMAGED_FIGURE = re.compile(r"^[^\u4e00-\u9fff]*\d[^\u4e00-\u9fff]*$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a grid: its header texts from the top and what it holds."""

    index: int
    path: tuple[str, ...]
    kind: str

    @property
    def leaf(self) -> str:
        """The lowest header text, or an empty string."""
        return self.path[-1] if self.path else ""


_Expanded = list[str | None]  # text, "" for a cell merged with the one above, None within a span


def _span_cost(text: str, below: Sequence[str | None], many_labels: bool) -> float:
    """Cost of letting a header cell span the columns ``below``; lower is likelier."""
    cost = 0.0
    is_label = bool(HEADS_NAMES.search(text))
    covered = [cell for cell in below if cell is not None]
    if len(below) > 1:
        cost += 2.0 * sum(cell == "" for cell in covered)
    elif covered and covered[0]:
        cost += 0.5
    cost += sum(bool(cell) and bool(HEADS_NAMES.search(cell)) != is_label for cell in covered)
    if many_labels and covered and HEADS_NAMES.search(covered[0] or ""):
        cost -= 0.5
    return cost


def _has_labels(below: _Expanded) -> bool:
    return sum(bool(cell) and bool(HEADS_NAMES.search(cell)) for cell in below) >= 2


def _expand(row: Sequence[str], below: _Expanded) -> tuple[_Expanded, float] | None:
    """Spread a header row that lacks its spans over the columns of the row below it, at a cost."""
    width, count = len(below), len(row)
    many_labels = _has_labels(below)
    # best[i][c]: cheapest way to let the first i cells cover the first c columns
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}] + [{} for _ in range(count)]
    for i, text in enumerate(row):
        for start, (cost, _) in best[i].items():
            for end in range(start + 1, width - (count - i - 1) + 1):
                if end < width and below[end] is None:
                    continue
                total = cost + _span_cost(text, below[start:end], many_labels)
                if end not in best[i + 1] or total < best[i + 1][end][0]:
                    best[i + 1][end] = (total, start)
    if width not in best[count]:
        return None
    expanded: _Expanded = [None] * width
    end = width
    for i in range(count, 0, -1):
        start = best[i][end][1]
        expanded[start] = row[i - 1]
        end = start
    return expanded, best[count][width][0]


def _unpadded(row: list[str], below: _Expanded) -> _Expanded:
    """Return a header row as it stands, or spread out if its last cells are blank for that reason.

    A converter that drops spans and makes all rows as wide as the widest leaves blank cells at the
    end, above texts that then seem to belong to the last heading.
    """
    filled = max((i for i, text in enumerate(row, 1) if text), default=0)
    if not 1 < filled < len(row) or not any(below[filled:]):
        return list(row)
    starts = [i for i, text in enumerate(row) if text]
    if starts != list(range(filled)):
        return list(row)
    spans = pairwise([*starts, len(row)])
    cost = sum(_span_cost(row[a], below[a:b], _has_labels(below)) for a, b in spans)
    best: _Expanded = list(row)
    # The last columns may be there for a single row that has a cell too many.
    named = max(i for i, text in enumerate(below, 1) if text)
    for width in sorted({len(row), named}):
        spread = _expand(row[:filled], below[:width])
        if spread and spread[1] < cost:
            best, cost = [*spread[0], *[None] * (len(row) - width)], spread[1]
    return best


def _positional(header: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Bring all header rows to ``width`` cells with a text at the first column of its span."""
    below: _Expanded = [""] * width
    result: list[list[str]] = []
    for row in reversed(header):
        texts = list(row)
        while len(texts) > width and texts[-1] == "":
            texts.pop()
        if len(texts) > width:
            continue
        if len(texts) == width:
            expanded = _unpadded(texts, below)
        elif (spread := _expand(texts, below)) is not None:
            expanded = spread[0]
        else:
            continue
        below = expanded
        result.append([text or "" for text in expanded])
    return result[::-1]


def _shift_right(row: list[str], start: int) -> bool:
    """Move the cells from ``start`` one column to the right; the last one must be free."""
    if row[-1] != "":
        return False
    row[start:] = ["", *row[start:-1]]
    return True


def _mend_levels(header: list[list[str]]) -> bool:
    """Move right what stands over 类/款/项 although only the code heading does."""
    mended = False
    for depth, row in enumerate(header):
        levels = [column for column, text in enumerate(row) if text in LEVELS]
        if len(levels) < 2:
            continue
        inside = range(levels[0] + 1, levels[-1] + 1)
        for upper in header[:depth]:
            while (column := next((c for c in inside if upper[c]), None)) is not None:
                if not _shift_right(upper, column):
                    return mended
                mended = True
    return mended


def _mend_orphans(header: list[list[str]]) -> bool:
    """Bring back the last children of a parent whose span was printed too short.

    The sign: a header text under the second or a later column of its parent while the parent's
    first column has none.  The text belongs to the last group before it.
    """
    mended = False
    for upper, lower in pairwise(header):
        for column in range(1, len(lower)):
            parent = next((c for c in range(column, -1, -1) if upper[c]), None)
            if not lower[column] or parent is None or any(lower[parent:column]):
                continue
            run_end = next((c + 1 for c in range(parent - 1, -1, -1) if lower[c]), 0)
            if parent == column or run_end == 0:
                continue
            text, lower[column] = lower[column], ""
            if not _shift_right(upper, run_end):
                lower[column] = text
                continue
            lower[run_end] = text
            mended = True
    return mended


def _leaves(header: Sequence[Sequence[str]], width: int) -> list[tuple[int, tuple[str, ...]]]:
    """Return (first column, path) of every leaf of the header tree, from left to right."""

    def build(
        depth: int, start: int, end: int, path: tuple[str, ...]
    ) -> list[tuple[int, tuple[str, ...]]]:
        if depth == len(header):
            return [(start, path)] if path else []
        starts = [c for c in range(start, end) if header[depth][c]]
        if not starts:
            return build(depth + 1, start, end, path)
        leaves: list[tuple[int, tuple[str, ...]]] = []
        if starts[0] > start:
            leaves += build(depth + 1, start, starts[0], path)
        for first, last in pairwise([*starts, end]):
            leaves += build(depth + 1, first, last, (*path, header[depth][first]))
        return leaves

    return build(0, 0, width, ())


def unfolded(rows: Iterable[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """Part the row of figures from the header cells that stand in it.

    Where 类, 款 and 项 are printed over two rows, the first of them holds the total.
    """
    for row in rows:
        levels = [i for i, cell in enumerate(row) if squeeze(cell.text) in LEVELS]
        if len(levels) >= 2 and any(isinstance(parse_amount(c.text), Amount) for c in row):
            yield tuple(c if i in levels else replace(c, text="") for i, c in enumerate(row))
            yield tuple(replace(c, text="") if i in levels else c for i, c in enumerate(row))
        else:
            yield row


def column_paths(
    header: Sequence[Sequence[str]], width: int
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the path of each column and the warnings.

    Parameters
    ----------
    header
        The texts of the header rows, from the top, with or without the cells of their spans.
    width
        The columns of the body.

    Returns
    -------
    (list of tuple of str, list of str)
        ``header_level_shift`` and ``header_span_shift`` tell of spans that were mended,
        ``header_by_position`` of a header that names fewer columns than there are.
    """
    rows = _positional(header, width)
    warnings = []
    if _mend_levels(rows):
        warnings.append("header_level_shift")
    if _mend_orphans(rows):
        warnings.append("header_span_shift")
    leaves = _leaves(rows, width)
    if len(leaves) == width:
        return [path for _, path in leaves], warnings
    # Fewer leaves than columns: a heading without children covers several columns.
    paths: list[tuple[str, ...]] = [()] * width
    for (start, path), (end, _) in pairwise([*leaves, (width, ())]):
        paths[start:end] = [path] * (end - start)
    if leaves:
        warnings.append("header_by_position")
    return paths, warnings


def _holds_codes(texts: Sequence[str]) -> bool:
    """Tell whether a column holds nothing but codes, whatever stands over it.

    The signs: codes of 3, 5 and 7 digits of which one continues another; two digits of which some
    begin with 0; one class repeated on row after row.
    """
    if len(texts) < 2:
        return False
    pairs = [text for text in texts if len(text) == 2 and text.isdecimal()]
    if len(pairs) >= 0.8 * len(texts):
        return any(text.startswith("0") for text in pairs)
    if not all(_CODE.fullmatch(text) for text in texts):
        return False
    is_repeated = all(len(text) == 3 for text in texts) and len(set(texts)) <= len(texts) / 2
    return is_repeated or any(
        len(one) > len(text) and one.startswith(text) for text in texts for one in texts
    )


def _heads_codes(leaf: str, texts: Sequence[str]) -> bool:
    """Tell whether a heading that two columns were run together under heads codes, too."""
    return "编码" in leaf and any(_CODE.fullmatch(text) for text in texts)


def _without_lone_projects(kinds: Sequence[str]) -> Iterator[str]:
    """Yield the kinds; 项目名称 names projects only beside a name of its own for the row."""
    for is_amount, run in groupby(kinds, key=lambda kind: kind == AMOUNT):
        names = list(run)
        is_lone = not is_amount and LABEL not in names
        yield from (LABEL if is_lone and kind == PROJECT else kind for kind in names)


def read_columns(
    paths: Sequence[tuple[str, ...]], rows: Iterable[tuple[Cell, ...]]
) -> tuple[Column, ...]:
    """Decide what each column holds, from its header and, where that is silent, from its cells.

    Parameters
    ----------
    paths
        Of each column, from :func:`column_paths`.
    rows
        Body rows, each as wide as `paths`.
    """
    bodies = list(zip(*rows, strict=True)) or [()] * len(paths)
    kinds = []
    for path, cells in zip(paths, bodies, strict=True):
        leaf = path[-1] if path else ""
        texts = [squeeze(cell.text) for cell in cells if cell.text]
        amounts = sum(parse_amount(text) is not None for text in texts)
        if _LEAF_SERIAL.match(leaf):
            kinds.append(SERIAL)
        elif LEAF_CODE.search(leaf) or _holds_codes(texts) or _heads_codes(leaf, texts):
            kinds.append(CODE)
        elif leaf == "项目名称":
            kinds.append(PROJECT)
        elif HEADS_NAMES.search(leaf) or (
            texts
            and not amounts
            # Right of the first amounts, figures that cannot be read are figures, not names.
            and not (AMOUNT in kinds and any(_DAMAGED_FIGURE.match(text) for text in texts))
        ):
            kinds.append(LABEL)
        else:
            kinds.append(AMOUNT)
    kinds = list(_without_lone_projects(kinds))
    return tuple(
        Column(i, path, kind) for i, (path, kind) in enumerate(zip(paths, kinds, strict=True))
    )
