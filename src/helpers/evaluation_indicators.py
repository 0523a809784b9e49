"""The indicator block of an evaluation: three levels of names, targets, results and scores.

Place in the chain: used by ``performance``.  Input: the header row of the block and the rows below
it, page by page.  Output: :class:`Indicator` values in the order printed.

What this module answers for.  Level names stand once and are blank below; in converted PDFs they
stand in the middle of the rows they span.  A page break cuts a row: its tail follows as rows of one
or two cells, in a table with one column fewer.  Rows may stand one column off their header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from helpers.amounts import parse_number
from helpers.document import Cell, squeeze
from helpers.evaluation_funds import Unread
from helpers.evaluation_levels import (
    FIRST_LEVELS,
    LOST,
    PARENTS,
    carry_first,
    carry_second,
    is_level_name,
    raise_levels,
    read_level,
    second_level,
    sounds_like_level,
)

# First match wins: 指标值设定依据 is a basis though it contains 指标值.
_HEADER_WORDS = (
    ("level1", ("一级指标",)),
    ("level2", ("二级指标",)),
    ("level3", ("三级指标",)),
    ("previous", ("上年",)),
    ("basis", ("依据",)),
    ("scoring_rule", ("赋分", "评分")),
    ("remark", ("偏差", "改进措施", "备注")),
    ("evidence", ("佐证",)),
    ("completion_rate", ("完成率",)),
    ("actual", ("实际", "业绩", "完成值", "完成情况")),
    ("score", ("得分",)),
    ("target", ("指标值", "目标值", "预期")),
    ("weight", ("权重", "分值")),
)
NO_NUMBER = "no number in the weight or score column"
"""Why a cell in these columns is left unread."""

_HEADER_TAILS = frozenset({"进措施", "改进措施", "措施"})

# Glyphs of other scripts and repetitions that a text recognition invents.
_INVENTED = re.compile(
    r"[^\u0020-\u007e\u00b0-\u00b7\u00d7\u2010-\u203b\u2100-\u21ff\u2200-\u22ff\u2460-\u24ff"
    r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef㎡㎞]|[{}|\\^~]|([^\d\s])\1{4,}|(..)\2{3,}|\d\D{0,2}[-—]$"
)
_RELATION = re.compile(r"[<>]\s*=?|[=≥≤＞＜＝]")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator, its texts as printed without white space, empty where nothing is printed.

    Attributes
    ----------
    level1, level2, level3
        Names; the first two are carried down from the row where they stand.
    weight, target, actual, completion_rate, score
        权重/分值, 指标值, 实际完成值, 完成率, 得分.
    basis, previous, scoring_rule, remark
        指标值设定依据, 上年完成值, 赋分规则, 偏差原因.
    origin
        Place of the third-level name, or of the row's first text where that is lost.
    cells
        Field name → the cells its text is joined from, in the order printed.
    """

    level1: str
    level2: str
    level3: str
    weight: str
    target: str
    actual: str
    completion_rate: str
    score: str
    basis: str
    previous: str
    scoring_rule: str
    remark: str
    origin: str
    cells: Mapping[str, Sequence[Cell]] = field(default_factory=dict)


_FIELDS = tuple(name for name in Indicator.__dataclass_fields__ if name not in ("origin", "cells"))


def indicator_columns(row: Sequence[Cell]) -> dict[str, int]:
    """Find the columns a header row names; empty if it is not the header of an indicator block."""
    columns: dict[str, int] = {}
    texts = [squeeze(cell.text) for cell in row]
    # Every row is asked, most more than once: the one name all headers bear answers for the rest.
    if not any("三级指标" in text for text in texts):
        return columns
    for index, text in enumerate(texts):
        for name, words in _HEADER_WORDS:
            if name not in columns and any(word in text for word in words):
                columns[name] = index
                break
    if "level3" not in columns or "target" not in columns:
        return {}
    if "level2" not in columns and columns.get("level1", -9) + 2 == columns["level3"]:
        columns["level2"] = columns["level3"] - 1
    return columns


def _is_noise(text: str) -> bool:
    """Tell whether a piece of a cell is glyphs only: no digit, no character, no Latin word."""
    if re.search(r"[\d\u3400-\u9fff]", text):
        return False
    return not re.search(r"\w", text) or bool(re.search(r"[\u1100-\u11ff\uac00-\ud7af]", text))


def _is_number(text: str) -> bool:
    return parse_number(text.rstrip("分")) is not None


def _is_weighted(cells: Mapping[str, Cell]) -> bool:
    return any(
        name in cells and _is_number(squeeze(cells[name].text)) for name in ("weight", "score")
    )


def _filled_width(rows: Sequence[Sequence[Cell]]) -> int:
    filled = [index for row in rows for index, cell in enumerate(row) if cell.text]
    return max(filled, default=-1) + 1


def _fit(row: Sequence[Cell], columns: Mapping[str, int], shift: int) -> int:
    """Score how well a row fits its header when it stands ``shift`` cells to the right."""
    points = 0
    for name, column in columns.items():
        index = column + shift
        text = squeeze(row[index].text) if 0 <= index < len(row) else ""
        if not text:
            continue
        if name in ("weight", "score"):
            points += 3 if _is_number(text) else -1
        elif name in ("level1", "level2"):
            points += 2 if is_level_name(text) else 0
        elif name == "level3":
            points += -2 if is_level_name(text) or _RELATION.match(text) else 1
        elif name in ("target", "actual"):
            points += 1 if _RELATION.match(text) else 0
        elif name == "scoring_rule":
            points += 2 if "赋分" in text else -1
        elif name == "completion_rate":
            points += 1 if text.endswith("%") else -1
    return points


class IndicatorBlock:
    """Reads the rows of one indicator block.

    Parameters
    ----------
    header
        The header row.
    is_project
        False for a department's table, whose first levels are free.
    others
        Columns of the other blocks of the document, for a header that is damaged.

    Attributes
    ----------
    unread, warnings
        Filled by :meth:`read`.
    """

    def __init__(
        self, header: Sequence[Cell], is_project: bool, others: Sequence[Mapping[str, int]]
    ) -> None:
        self._columns = indicator_columns(header)
        self.unread: list[Unread] = []
        self.warnings: list[str] = []
        self._borrow_columns(header, others)
        self._width = _filled_width([header])
        self._is_project = is_project
        self._found: list[dict[str, list[Cell]]] = []

    def _borrow_columns(self, header: Sequence[Cell], others: Sequence[Mapping[str, int]]) -> None:
        """Take the columns of a header whose last words are destroyed from the other headers."""
        if "weight" in self._columns or "score" in self._columns:
            return
        last = max(self._columns.values())
        alike = [
            other
            for other in others
            if "weight" in other and self._columns.items() <= other.items()
        ]
        agreed = {name: column for other in alike for name, column in other.items()}
        agreed = {
            name: column
            for name, column in agreed.items()
            if all(other.get(name, column) == column for other in alike)
        }
        if "weight" in agreed and any(cell.text for cell in header[last + 1 :]):
            self._columns = agreed
            self.warnings.append(
                f"columns of the damaged header taken from other tables ({header[0].origin})"
            )

    def read(
        self, pages: Sequence[Sequence[Sequence[Cell]]], weights: Decimal | None = None
    ) -> tuple[Indicator, ...]:
        """Read the rows below the header, page by page, and carry the level names down.

        Parameters
        ----------
        pages
            The rows of each page.
        weights
            What the weights must add up to (100 without the weight of the money block), if known.
        """
        rows: list[dict[str, Cell]] = []
        page_starts: set[int] = set()
        for number, page in enumerate(pages):
            usual = self._page_shift(page) if number else 0
            page_starts.add(len(rows))
            rows.extend(self._cells(row, usual) for row in page if any(c.text for c in row))
        named = [cells for cells in rows if "level3" in cells and "target" in cells]
        # Where weights are printed, a row without one is the tail of the row above.
        needs_weight = 2 * sum(map(_is_weighted, named)) > len(named)
        ahead: dict[str, list[Cell]] = {}
        for number, cells in enumerate(rows):
            is_named = "level3" in cells and ("target" in cells or "actual" in cells)
            follows_name = number in page_starts or "level3" in rows[number - 1]
            if _is_weighted(cells) or (is_named and not needs_weight):
                self._found.append(ahead)
                ahead = {}
                self._continue(cells)
            elif not self._found or ahead or self._belongs_below(cells, follows_name):
                for name, cell in cells.items():
                    ahead.setdefault(name, []).append(cell)
            else:
                self._continue(cells)
        if ahead and self._found:
            for cell in (cell for parts in ahead.values() for cell in parts):
                self._report(cell.text, cell.origin, "text of a row that a page break cut")
        self._join_doubled(weights)
        return self._indicators()

    def _join_doubled(self, weights: Decimal | None) -> None:
        """Join a row with the one above where a conversion repeated weight and score on its lines.

        The second line then holds the mere end of the level name, and the weights exceed what
        they must add up to by exactly its weight.
        """

        def text(one: Mapping[str, list[Cell]], name: str) -> str:
            return squeeze("".join(cell.text for cell in one.get(name, ())))

        total = sum(parse_number(text(one, "weight")) or 0 for one in self._found)
        for above, one in pairwise(list(self._found)):
            is_tail = text(one, "level2") == "指标" and not text(above, "level2").endswith("指标")
            is_same = all(text(one, name) == text(above, name) for name in ("weight", "score"))
            if is_tail and is_same and total - (parse_number(text(one, "weight")) or 0) == weights:
                cells = [(name, cell) for name, parts in one.items() for cell in parts]
                printed = " ".join(cell.text for _, cell in cells)
                self._report(printed, cells[0][1].origin, "line of a row, with the row's weight")
                for name, cell in cells:
                    if name not in ("weight", "score"):
                        above.setdefault(name, []).append(cell)
                self._found.remove(one)
                return

    def _belongs_below(self, cells: Mapping[str, Cell], follows_name: bool) -> bool:
        """Tell whether a row without weight opens the next indicator.

        Weights stand in the middle line of a row that a page break has taken apart, so the lines
        above them come first; what the indicator above already has in full is not its own, nor is
        a name that does not follow the line of its own beginning.
        """
        if "level3" in cells and "level3" in self._found[-1] and not follows_name:
            return True
        above = {n: squeeze("".join(c.text for c in p)) for n, p in self._found[-1].items()}
        return any(
            above.get(name) in (*FIRST_LEVELS, *PARENTS)
            for name in ("level1", "level2")
            if name in cells
        ) or any(
            _RELATION.match(above.get(name, "")) and _RELATION.match(cells[name].text)
            for name in ("target", "actual")
            if name in cells
        )

    def _named(self, row: Sequence[Cell], shift: int) -> dict[str, Cell]:
        return {
            name: row[column + shift]
            for name, column in self._columns.items()
            if 0 <= column + shift < len(row) and row[column + shift].text
        }

    def _page_shift(self, page: Sequence[Sequence[Cell]]) -> int:
        """Tell how far a later page stands to the right of the header on the first."""
        expected = min(0, max(_filled_width(page), *map(len, page)) - self._width)
        weighted = {
            shift: sum(_is_weighted(self._named(row, shift)) for row in page)
            for shift in (expected, 0, expected - 1, expected + 1)
        }
        # Without a number under weight or score there is nothing to tell by.
        best = max(weighted.values())
        return max(
            (
                shift
                for shift in weighted
                if weighted[shift] == best and (best or shift == expected)
            ),
            key=lambda shift: sum(_fit(row, self._columns, shift) for row in page),
        )

    def _cells(self, row: Sequence[Cell], usual: int) -> dict[str, Cell]:
        """Return the filled cells of a row under the names of their columns."""
        fits = {s: _fit(row, self._columns, s) for s in (usual, usual - 1, usual + 1)}
        best = max(fits, key=fits.__getitem__)
        cells = self._named(row, usual)
        # A row is moved only on evidence: a number that thereby stands under weight or score.
        if fits[best] >= fits[usual] + 2 and _is_weighted(self._named(row, best)):
            cells = self._named(row, best)
        cells.pop("evidence", None)
        for name in ("level1", "level2"):
            if name in cells and not re.search(r"\w", cells[name].text):
                del cells[name]
        for name in ("weight", "score"):
            if name in cells and not _is_number(squeeze(cells[name].text)):
                cell = cells.pop(name)
                self._report(cell.text, cell.origin, NO_NUMBER)
        if "remark" in cells and squeeze(cells["remark"].text) in _HEADER_TAILS:
            del cells["remark"]
        self._settle_levels(cells)
        return cells

    def _settle_levels(self, cells: dict[str, Cell]) -> None:
        """Move names that stand in a neighbour's column to their own."""

        def text(name: str) -> str:
            return squeeze(cells[name].text) if name in cells else ""

        has_values = "target" in cells and ("weight" in cells or "score" in cells)
        for name in ("level2", "level1"):
            if (
                has_values
                and "level3" not in cells
                and name in cells
                and not is_level_name(text(name))
            ):
                if not self._is_project and sounds_like_level(text(name)):
                    continue
                cells["level3"] = cells.pop(name)
        is_second = text("level1") not in FIRST_LEVELS and second_level(text("level1"))
        if self._is_project and "level2" not in cells and is_second:
            cells["level2"] = cells.pop("level1")

    def _report(self, text: str, origin: str, reason: str) -> None:
        self.unread.append(Unread(text, origin, reason))

    def _continue(self, cells: Mapping[str, Cell]) -> None:
        """Add the cells of a row to the last indicator."""
        for name, cell in cells.items():
            if name in self._found[-1] and _is_noise(squeeze(cell.text)):
                self._report(cell.text, cell.origin, "characters invented by text recognition")
                continue
            self._found[-1].setdefault(name, []).append(cell)

    def _indicators(self) -> tuple[Indicator, ...]:
        texts = [
            {name: squeeze("".join(cell.text for cell in parts)) for name, parts in one.items()}
            for one in self._found
        ]
        for one, parts in zip(texts, self._found, strict=True):
            self._clean(one, parts)
        first = [one.get("level1", "") for one in texts]
        second = [one.get("level2", "") for one in texts]
        if self._is_project:
            names = [one.get("level3", "") for one in texts]
            first, second, raised = raise_levels(names, first, second)
            for number in raised:
                place = next(iter(self._found[number].values()))[0].origin
                self.warnings.append(f"levels {second[number]} printed one row lower ({place})")
        second = carry_second(first, second, self._is_project)
        if first and not first[0]:
            self.warnings.append("level names stand amid the rows they span; carried up and down")
        first = carry_first(first, second)
        result = []
        for number, (one, parts) in enumerate(zip(texts, self._found, strict=True)):
            place = (parts.get("level3") or next(iter(parts.values())))[0].origin
            if not one.get("level3"):
                self._report(" ".join(one.values()), place, "the name of the indicator is lost")
            values = {name: one.get(name, "") for name in _FIELDS}
            values.update(level1=first[number], level2=second[number])
            result.append(Indicator(**values, origin=place, cells=parts))
        return tuple(result)

    def _clean(self, one: dict[str, str], parts: dict[str, list[Cell]]) -> None:
        """Reduce level names to one statutory name; report glued values."""
        for name in ("level1", "level2"):
            text = one.get(name, "")
            if not self._is_project or not text:
                continue
            place = parts[name][0].origin
            one[name] = read_level(text, name == "level1")
            if one[name] == LOST:
                self._report(text, place, "level name unreadable")
            elif one[name] in (*FIRST_LEVELS, *PARENTS) and one[name] != text:
                self.warnings.append(f"level name {text} read as {one[name]} ({place})")
                rest = second_level(text.replace(one[name], "", 1))
                if name == "level1" and rest and "level2" not in one:
                    one["level2"] = rest
                    parts["level2"] = parts["level1"]
        for name in ("level3", "target", "actual"):
            if _INVENTED.search(one.get(name, "")):
                place = parts[name][0].origin
                self._report(one[name], place, "characters invented by text recognition")
        for name in ("target", "actual"):
            text = one.get(name, "")
            marks = list(_RELATION.finditer(text))
            if marks and (len(marks) > 1 or marks[0].start() > 0):
                self._report(text, parts[name][0].origin, "texts of two indicators in one cell")


def total_row(row: Sequence[Cell]) -> dict[str, tuple[Decimal, Cell]]:
    """Read a 总分 row: the sum of the weights, then the score.

    Returns
    -------
    dict
        ``total_weight`` and ``total_score`` with their cells, as far as the row states them.
    """
    found = [
        (number, cell)
        for cell in row
        if (number := parse_number(squeeze(cell.text).rstrip("分"))) is not None
    ]
    if len(found) > 1:
        return {"total_weight": found[0], "total_score": found[-1]}
    if found and squeeze(found[0][1].text).endswith("分"):
        return {"total_score": found[0]}
    return {}
