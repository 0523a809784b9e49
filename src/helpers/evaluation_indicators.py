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

from helpers.amounts import parse_number
from helpers.document import Cell, squeeze
from helpers.evaluation_funds import Unread

# Stand-ins for a level cell that is unreadable, and for one that holds the end of a wrapped name.
_LOST, _TAIL = "?", "\0"

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
_LEVELS = ("level1", "level2", "level3")
_HEADER_TAILS = frozenset({"进措施", "改进措施", "措施"})

# 财预〔2020〕10号 (output, benefit, satisfaction) and 财预〔2021〕101号 (cost as a first level).
_PARENTS = {
    "数量指标": "产出指标",
    "质量指标": "产出指标",
    "时效指标": "产出指标",
    "经济成本指标": "成本指标",
    "社会成本指标": "成本指标",
    "生态环境成本指标": "成本指标",
    "经济效益指标": "效益指标",
    "社会效益指标": "效益指标",
    "生态效益指标": "效益指标",
    "可持续影响指标": "效益指标",
    "服务对象满意度指标": "满意度指标",
    "满意度指标": "满意度指标",
}
_FIRST_LEVELS = ("产出指标", "成本指标", "效益指标", "满意度指标")
_LABEL_WORD = re.compile(
    "数量|质量|时效|成本|效益|影响|满意|产出|效能|效率|效应|管理|能力|运行|投入|过程"
)
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
    origins
        Field name → place of the cell.
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
    origins: Mapping[str, str] = field(default_factory=dict)


_FIELDS = tuple(
    name for name in Indicator.__dataclass_fields__ if name not in ("origin", "origins")
)


def indicator_columns(row: Sequence[Cell]) -> dict[str, int]:
    """Find the columns a header row names; empty if it is not the header of an indicator block."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        text = squeeze(cell.text)
        for name, words in _HEADER_WORDS:
            if name not in columns and any(word in text for word in words):
                columns[name] = index
                break
    if "level3" not in columns or "target" not in columns:
        return {}
    if "level2" not in columns and columns.get("level1", -9) + 2 == columns["level3"]:
        columns["level2"] = columns["level3"] - 1
    return columns


def _is_number(text: str) -> bool:
    return parse_number(text.rstrip("分")) is not None


def _is_weighted(cells: Mapping[str, Cell]) -> bool:
    return any(
        name in cells and _is_number(squeeze(cells[name].text)) for name in ("weight", "score")
    )


def _filled_width(rows: Sequence[Sequence[Cell]]) -> int:
    filled = [index for row in rows for index, cell in enumerate(row) if cell.text]
    return max(filled, default=-1) + 1


def _second_level(text: str) -> str:
    """Return the statutory second-level name a text is, 指标 left off or not, or an empty text."""
    return next((word for word in _PARENTS if text and text in (word, word[:-2])), "")


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
            is_label = text in _FIRST_LEVELS or bool(_second_level(text))
            points += 2 if is_label else 0
        elif name == "level3":
            is_label = text in _FIRST_LEVELS or bool(_second_level(text))
            points += -2 if is_label or _RELATION.match(text) else 1
        elif name in ("target", "actual"):
            points += 1 if _RELATION.match(text) else 0
        elif name == "scoring_rule":
            points += 2 if "赋分" in text else -1
        elif name == "completion_rate":
            points += 1 if text.endswith("%") else -1
    return points


def _first_name(texts: Sequence[str]) -> str:
    """Return the first level name that is printed and readable."""
    return next((text for text in texts if text and text not in (_LOST, _TAIL)), "")


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

    def read(self, pages: Sequence[Sequence[Sequence[Cell]]]) -> tuple[Indicator, ...]:
        """Read the rows below the header, page by page, and carry the level names down."""
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
                self.unread.append(
                    Unread(
                        cell.text,
                        cell.origin,
                        "text after a page break; the indicator it belongs to is unknown",
                    )
                )
        return self._indicators()

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
            above.get(name) in (*_FIRST_LEVELS, *_PARENTS)
            for name in ("level1", "level2")
            if name in cells
        ) or any(
            _RELATION.match(above.get(name, "")) and _RELATION.match(cells[name].text)
            for name in ("target", "actual")
            if name in cells
        )

    def _page_shift(self, page: Sequence[Sequence[Cell]]) -> int:
        """Tell how far a later page stands to the right of the header on the first."""
        expected = min(0, max(_filled_width(page), *map(len, page)) - self._width)
        shifts = sorted({expected, 0, expected - 1, expected + 1}, key=lambda s: abs(s - expected))
        return max(shifts, key=lambda s: sum(_fit(row, self._columns, s) for row in page))

    def _cells(self, row: Sequence[Cell], usual: int) -> dict[str, Cell]:
        """Return the filled cells of a row under the names of their columns."""
        # A row is moved only on evidence: two points are one recognised label.
        fits = {s: _fit(row, self._columns, s) for s in (usual, usual - 1, usual + 1)}
        best = max(fits, key=fits.__getitem__)
        shift = best if fits[best] >= fits[usual] + 2 else usual
        cells = {
            name: row[column + shift]
            for name, column in self._columns.items()
            if 0 <= column + shift < len(row) and row[column + shift].text
        }
        cells.pop("evidence", None)
        for name in ("level1", "level2"):
            if name in cells and not re.search(r"\w", cells[name].text):
                del cells[name]
        for name in ("weight", "score"):
            if name in cells and not _is_number(squeeze(cells[name].text)):
                cell = cells.pop(name)
                reason = "no number in the weight or score column"
                self.unread.append(Unread(cell.text, cell.origin, reason))
        if "remark" in cells and squeeze(cells["remark"].text) in _HEADER_TAILS:
            del cells["remark"]
        self._settle_levels(cells)
        return cells

    def _settle_levels(self, cells: dict[str, Cell]) -> None:
        """Move names that stand in a neighbour's column to their own."""

        def text(name: str) -> str:
            return squeeze(cells[name].text) if name in cells else ""

        def is_label(name: str) -> bool:
            return text(name) in _FIRST_LEVELS or bool(_second_level(text(name)))

        has_values = "target" in cells and ("weight" in cells or "score" in cells)
        for name in ("level2", "level1"):
            if has_values and "level3" not in cells and name in cells and not is_label(name):
                if not self._is_project and _LABEL_WORD.search(text(name)):
                    continue
                cells["level3"] = cells.pop(name)
        if self._is_project and "level2" not in cells and text("level1") not in _FIRST_LEVELS:
            if _second_level(text("level1")):
                cells["level2"] = cells.pop("level1")

    def _continue(self, cells: Mapping[str, Cell]) -> None:
        """Add the cells of a row to the last indicator."""
        for name, cell in cells.items():
            self._found[-1].setdefault(name, []).append(cell)

    def _indicators(self) -> tuple[Indicator, ...]:
        texts = [
            {name: squeeze("".join(cell.text for cell in parts)) for name, parts in one.items()}
            for one in self._found
        ]
        for one, parts in zip(texts, self._found, strict=True):
            self._clean(one, parts)
        second = self._second_levels(texts)
        first = self._first_levels(texts, second)
        result = []
        for number, (one, parts) in enumerate(zip(texts, self._found, strict=True)):
            origins = {name: cells[0].origin for name, cells in parts.items()}
            place = origins.get("level3") or next(iter(origins.values()))
            if not one.get("level3"):
                self.unread.append(
                    Unread(" ".join(one.values()), place, "the name of the indicator is lost")
                )
            values = {name: one.get(name, "") for name in _FIELDS}
            values.update(level1=first[number], level2=second[number])
            result.append(Indicator(**values, origin=place, origins=origins))
        return tuple(result)

    def _clean(self, one: dict[str, str], parts: dict[str, list[Cell]]) -> None:
        """Reduce level names to one statutory name; report glued values."""
        for name, words in (("level1", _FIRST_LEVELS), ("level2", tuple(_PARENTS))):
            text = one.get(name, "")
            if not self._is_project or not text or text in words or _second_level(text):
                continue
            place = parts[name][0].origin
            within = [word for word in words if word in text]
            within = within or [word for word in words if word[:-1] in text]
            if name == "level2":
                within = within or [word for word in words if word[:-2] in text]
            if within:
                one[name] = max(within, key=len)
                rest = _second_level(text.replace(one[name], "", 1))
                if name == "level1" and rest and not one.get("level2"):
                    one["level2"] = rest
                    parts["level2"] = parts["level1"]
                self.warnings.append(f"level name {text} read as {one[name]} ({place})")
            elif text == "指标":
                one[name] = _TAIL
            elif not _LABEL_WORD.search(text):
                one[name] = _LOST
                self.unread.append(Unread(text, place, "level name unreadable"))
        for name in ("level3", "target", "actual"):
            if _INVENTED.search(one.get(name, "")):
                self.unread.append(
                    Unread(
                        one[name], parts[name][0].origin, "characters invented by text recognition"
                    )
                )
        for name in ("target", "actual"):
            text = one.get(name, "")
            marks = list(_RELATION.finditer(text))
            if marks and (len(marks) > 1 or marks[0].start() > 0):
                self.unread.append(
                    Unread(text, parts[name][0].origin, "texts of two indicators in one cell")
                )

    def _second_levels(self, texts: Sequence[dict[str, str]]) -> list[str]:
        """Carry the second-level names down, and up to the rows before the first."""
        printed = [one.get("level2", "") for one in texts]
        carried: list[str] = []
        current = "" if texts[0].get("level1") else _first_name(printed)
        for one, text in zip(texts, printed, strict=True):
            if text == _TAIL:
                current = _second_level(current) or current
            elif text == _LOST:
                current = ""
            elif text:
                current = (_second_level(text) or text) if self._is_project else text
            elif one.get("level1") and _PARENTS.get(_second_level(current)) != one["level1"]:
                current = ""
            carried.append(current)
        return carried

    def _first_levels(self, texts: Sequence[dict[str, str]], second: Sequence[str]) -> list[str]:
        """Carry the first-level names down.

        A second-level name decides where its statutory parent is printed in the same block: in a
        converted PDF the parent may stand some rows below the first row it spans.
        """
        printed = {one["level1"] for one in texts if one.get("level1", _LOST) not in (_LOST, _TAIL)}
        carried: list[str] = []
        current = ""
        if not texts[0].get("level1"):
            current = _first_name([one.get("level1", "") for one in texts])
            self.warnings.append(
                "level names stand in mid-span; rows take the name above or, at the top, below"
            )
        for one, below in zip(texts, second, strict=True):
            parent = _PARENTS.get(_second_level(below), "")
            text = one.get("level1", "")
            if text not in ("", _LOST, _TAIL):
                current = text
            elif parent in printed:
                current = parent
            elif text == _LOST:
                current = ""
            carried.append(current)
        return carried


def total_score(row: Sequence[Cell]) -> tuple[Decimal, Cell] | None:
    """Read the score of a 总分 row: the last number, the first being the sum of the weights."""
    found = [
        (number, cell)
        for cell in row
        if (number := parse_number(squeeze(cell.text).rstrip("分"))) is not None
    ]
    if len(found) > 1 or (found and squeeze(found[0][1].text).endswith("分")):
        return found[-1]
    return None
