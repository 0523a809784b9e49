"""Self-evaluations (绩效自评表) and target tables (绩效目标表) of departments and their projects.

Place in the chain: a :class:`~helpers.document.Document` in, :class:`Evaluation` values out; from
them come ``projects.csv`` and ``indicators.csv``.

A table holds a head (name, unit), a money block, goals and an indicator block, and it may run over
several pages.  Whatever cannot be read with certainty is listed in ``unread``.  The person
responsible for a project is never kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from helpers.amounts import Amount
from helpers.damaged_names import Name, known_names, restore_name
from helpers.document import Cell, Document, squeeze
from helpers.evaluation_funds import (
    FundBlock,
    FundRow,
    Unread,
    fund_columns,
    read_flattened_row,
    read_inline_row,
    read_phase_row,
    read_source_row,
)
from helpers.evaluation_indicators import (
    Indicator,
    IndicatorBlock,
    indicator_columns,
    total_row,
)
from helpers.evaluation_sections import (
    NAME_LABEL,
    SUPERVISOR_LABEL,
    UNIT_LABELS,
    Row,
    Section,
    find_sections,
    words_of,
)

__all__ = ["Evaluation", "FundRow", "Indicator", "Unread", "read_evaluations"]

Kind = Literal["target", "self_evaluation"]
Scope = Literal["project", "overall"]

_UNIT = re.compile(r"[（(](万元|元)[)）]")
_PERSON_LABELS = ("负责人", "联系人", "联系电话", "填报人", "电话")
_GOAL_LABELS = ("预期目标", "总体目标", "绩效目标")
# A conversion may pull the title's year and the next row into the name's cell.
_SWALLOWED_YEAR = re.compile(
    r"[（(]\s*20\d\d(?!\s*年?度?\s*[)）])\s*[年平]?[^（()）\u4e00-\u9fff]*"
    r"[\u4e00-\u9fff]?\s*[)）](?:[\u4e00-\u9fff]?[)）])?\s*"
)
_SWALLOWED_ROW = re.compile(r"\s+\S+\s+实施单位\s*(\S*)\s*$")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One table of goals or results, of a project or of a department.

    Attributes
    ----------
    kind
        ``target`` (绩效目标表) or ``self_evaluation`` (绩效自评表).
    scope
        ``project`` or ``overall`` (整体支出).
    name
        The project's name without white space, completed only as ``warnings`` say; empty for an
        overall table.
    printed_name
        The name as it stands in the file.
    name_is_damaged
        True if the conversion damaged the name and nothing in the document restores it.
    budget_unit
        预算单位 or 实施单位, without white space.
    fiscal_year
        From the line ``（2024年度）`` of the table itself, else None.
    unit_text
        Unit of the amounts, as in ``项目资金（万元）``; empty if the table states none.
    funds
        The money block, one row per source, in the order printed.
    execution_rate
        全年执行数 ÷ 全年预算数 in percent, as printed.
    fund_weight, fund_score
        Weight and score of the execution.
    total_weight, total_score
        From the 总分 row: sum of the weights, and the score.
    goal, result
        预期目标 and 实际完成情况 as printed, without white space.
    indicators
        In the order printed.
    origin
        Place of the 项目名称 row; for an overall table of its title.
    origins
        Field name → place, for the figures that do not stand in ``funds`` or ``indicators``.
    unread
        ``(text, origin, reason)`` of what could not be read with certainty.
    warnings
        What was read other than in the plainest way.
    supervisor
        主管部门 as printed, without white space; empty if the table names none.
    """

    kind: Kind
    scope: Scope
    name: str
    printed_name: str
    name_is_damaged: bool
    budget_unit: str
    fiscal_year: int | None
    unit_text: str
    funds: tuple[FundRow, ...]
    execution_rate: Decimal | None
    fund_weight: Decimal | None
    fund_score: Decimal | None
    total_weight: Decimal | None
    total_score: Decimal | None
    goal: str
    result: str
    indicators: tuple[Indicator, ...]
    origin: str
    origins: Mapping[str, str]
    unread: tuple[Unread, ...]
    warnings: tuple[str, ...]
    supervisor: str = ""

    def fund(self, source: str) -> FundRow | None:
        """Return the row of one source (``total``, ``fiscal``, ``other``, …), None if not read."""
        return next((row for row in self.funds if row.source == source), None)

    @property
    def name_origin(self) -> str:
        """Place of the name itself, beside or below its label 项目名称."""
        return self.origins.get("name", self.origin)

    @property
    def budget(self) -> Amount | None:
        """年度预算总额 of a target table."""
        row = self.fund("total")
        return row.budget if row else None

    @property
    def initial_budget(self) -> Amount | None:
        """年初预算数 of the total row."""
        row = self.fund("total")
        return row.initial_budget if row else None

    @property
    def adjusted_budget(self) -> Amount | None:
        """全年预算数 of the total row."""
        row = self.fund("total")
        return row.adjusted_budget if row else None

    @property
    def executed(self) -> Amount | None:
        """全年执行数 of the total row."""
        row = self.fund("total")
        return row.executed if row else None


def _cells_after(row: Row, label: str) -> tuple[int, list[tuple[int, str]]]:
    """Return the column of a label and the filled cells up to the next label."""
    stops = (SUPERVISOR_LABEL, NAME_LABEL, *UNIT_LABELS, *_PERSON_LABELS)
    start = next((i for i, cell in enumerate(row) if squeeze(cell.text).startswith(label)), -1)
    cells: list[tuple[int, str]] = []
    for index in range(start + 1, len(row)):
        text = squeeze(row[index].text)
        if any(stop in text and len(text) <= len(stop) + 4 for stop in stops):
            break
        if text:
            cells.append((index, row[index].text))
    return start, cells


class _Assembler:
    """Turns the rows of one section into an :class:`Evaluation`."""

    def __init__(
        self, section: Section, names: frozenset[str], headers: Sequence[Mapping[str, int]]
    ) -> None:
        self._section = section
        self._names = names
        self._headers = headers
        self._funds = FundBlock()
        self._unit_text = ""
        self._name = Name("", "", False, "")
        self._unit = Name("", "", False, "")
        self._swallowed_unit = ""
        self._supervisor = ""
        self._goals: dict[str, list[Cell]] = {"goal": [], "result": []}
        self._goal_columns: dict[str, int] = {}
        self._fund_columns: dict[str, int] = {}
        self._reads_sources = False
        self._unread: list[Unread] = []
        self._origins: dict[str, str] = {}
        self._totals: dict[str, Decimal] = {}

    def evaluation(self) -> Evaluation:
        section = self._section
        indicators: tuple[Indicator, ...] = ()
        block: IndicatorBlock | None = None
        pages: list[list[Row]] = []
        for page in section.pages:
            if block:
                pages.append([])
            for index, row in enumerate(page):
                if indicator_columns(row):
                    if block is None:
                        block = IndicatorBlock(row, section.scope == "project", self._headers)
                        pages.append([])
                        self._note_kind(row)
                elif block is None:
                    self._read_head(row, index == 0)
                elif words_of(row)[:1] in (["总分"], ["合计"], ["总计"]):
                    self._read_total(row)
                else:
                    pages[-1].append(row)
        if block:
            weight = self._funds.rates.get("fund_weight")
            rest = None if weight is None else 100 - weight
            indicators = block.read([page for page in pages if page], rest)
        funds = self._funds
        found = [n.warning for n in (self._name, self._unit) if n.warning]
        if self._name.is_damaged:
            reason = "title damaged by the conversion, and no name in the document completes it"
            self._unread.append(Unread(self._name.printed, section.origin, reason))
        return Evaluation(
            kind=section.kind or "target",
            scope=section.scope,
            name=self._name.text,
            printed_name=self._name.printed,
            name_is_damaged=self._name.is_damaged,
            budget_unit=self._unit.text,
            fiscal_year=section.year,
            unit_text=self._unit_text,
            funds=tuple(funds.rows),
            execution_rate=funds.rates.get("execution_rate"),
            fund_weight=funds.rates.get("fund_weight"),
            fund_score=funds.rates.get("fund_score"),
            total_weight=self._totals.get("total_weight"),
            total_score=self._totals.get("total_score"),
            goal=self._goal_text("goal"),
            result=self._goal_text("result"),
            indicators=indicators,
            origin=section.origin,
            origins={**funds.origins, **self._origins},
            unread=(*self._unread, *funds.unread, *(block.unread if block else ())),
            warnings=(*found, *funds.warnings, *(block.warnings if block else ())),
            supervisor=self._supervisor,
        )

    def _goal_text(self, name: str) -> str:
        cells = self._goals[name]
        if cells:
            self._origins[name] = ";".join(dict.fromkeys(cell.origin for cell in cells))
        return squeeze("".join(cell.text for cell in cells))

    def _note_kind(self, row: Row) -> None:
        """Tell results from goals where the title is lost."""
        if not self._section.kind:
            columns = indicator_columns(row)
            has_results = "actual" in columns or "score" in columns
            self._section.kind = "self_evaluation" if has_results else "target"

    def _read_total(self, row: Row) -> None:
        if self._section.kind == "self_evaluation":
            for name, (number, cell) in total_row(row).items():
                self._totals[name], self._origins[name] = number, cell.origin

    def _read_head(self, row: Row, is_first: bool) -> None:
        """Read a row above the indicators, by the word that opens it."""
        words = words_of(row)
        if not words:
            return
        unit = next((match.group(1) for word in words if (match := _UNIT.search(word))), "")
        if any(person in word for word in words[:1] for person in _PERSON_LABELS):
            return
        if words[0] == NAME_LABEL or (is_first and _is_unlabelled_name(row, self._section)):
            self._read_name(row)
        elif words[0] == SUPERVISOR_LABEL or words[0].startswith(UNIT_LABELS):
            self._read_unit(row)
        elif fund_columns(row):
            self._fund_columns = fund_columns(row)
            self._section.kind = self._section.kind or "self_evaluation"
            self._unit_text = self._unit_text or unit
        elif any("年度预算总额" in word for word in words):
            self._unit_text = self._unit_text or unit
            read_inline_row(row, self._funds)
        elif any(word.startswith("资金总额") for word in words) and not self._fund_columns:
            self._reads_sources = True
            self._unit_text = self._unit_text or unit
        elif self._is_goal(row, words):
            self._read_goal(row)
        elif self._fund_columns:
            self._unit_text = self._unit_text or unit
            read_phase_row(row, self._fund_columns, self._funds)
        elif self._reads_sources:
            read_source_row(row, self._funds)
        else:
            self._leave_unread(row)

    def _is_goal(self, row: Row, words: Sequence[str]) -> bool:
        return bool(self._goal_columns) or any(
            label in word for word in words[:2] for label in _GOAL_LABELS
        )

    def _read_goal(self, row: Row) -> None:
        words = {index: squeeze(cell.text) for index, cell in enumerate(row) if cell.text}
        header = {
            name: index
            for index, text in words.items()
            for name, label in (("goal", "预期目标"), ("result", "实际完成情况"))
            if label in text and len(text) < 12
        }
        if header:
            self._goal_columns = header
            return
        edge = self._goal_columns.get("result", len(row))
        for index, text in words.items():
            if index or not any(label in text for label in ("目标", *_GOAL_LABELS)):
                self._goals["result" if index >= edge else "goal"].append(row[index])

    def _read_name(self, row: Row) -> None:
        label, cells = _cells_after(row, NAME_LABEL)
        if cells:
            self._origins["name"] = row[cells[0][0]].origin
        is_cut = False
        if len(cells) == 1:
            column, text = cells[0]
            swallowed = _SWALLOWED_ROW.search(text)
            kept = _SWALLOWED_ROW.sub("", _SWALLOWED_YEAR.sub("", text, count=1))
            is_cut = kept != text
            cells = [(column, kept)] if kept else cells
            self._swallowed_unit = squeeze(swallowed.group(1)) if swallowed else ""
        is_displaced = bool(cells) and label >= 0 and cells[0][0] - label > 2
        self._name = restore_name(cells, self._names, is_displaced=is_displaced, is_cut=is_cut)
        if self._section.scope == "project":
            self._section.origin = row[0].origin

    def _read_unit(self, row: Row) -> None:
        place, supervisor = _cells_after(row, SUPERVISOR_LABEL)
        if place >= 0 and supervisor:
            self._supervisor = squeeze("".join(text for _, text in supervisor))
            self._origins["supervisor"] = row[supervisor[0][0]].origin
        labels = [label for label in UNIT_LABELS if any(w.startswith(label) for w in words_of(row))]
        label, cells = _cells_after(row, labels[0] if labels else SUPERVISOR_LABEL)
        if self._swallowed_unit:
            self._unit = Name(self._swallowed_unit, self._swallowed_unit, False, "")
        elif labels and cells:
            is_displaced = cells[0][0] - label > 2
            self._unit = restore_name(cells, self._names, is_displaced=is_displaced)

    def _leave_unread(self, row: Row) -> None:
        """Keep the figures of a row whose column or label is lost."""
        for cell in row:
            if read_flattened_row(cell, self._funds):
                unit = _UNIT.search(squeeze(cell.text))
                self._unit_text = unit.group(1) if unit else ""
            elif re.search(r"\d", cell.text):
                self._unread.append(
                    Unread(cell.text, cell.origin, "the header is damaged; row and column unknown")
                )


def _is_unlabelled_name(row: Row, section: Section) -> bool:
    return section.has_name and row[0].origin == section.origin


def read_evaluations(document: Document) -> list[Evaluation]:
    """Read every self-evaluation and target table of a disclosure.

    Parameters
    ----------
    document
        From :func:`helpers.readers.read_document`.

    Returns
    -------
    list of Evaluation
        In document order; amounts in the unit printed (``unit_text``), rates in percent.

    Notes
    -----
    Nothing is raised for a damaged table: what cannot be read is listed in its ``unread``.
    """
    names = known_names(document)
    sections = list(find_sections(document))
    rows = [row for section in sections for page in section.pages for row in page]
    headers: list[dict[str, int]] = []
    for row in rows:
        columns = indicator_columns(row)
        if columns and columns not in headers:
            headers.append(columns)
    return [_Assembler(section, names, headers).evaluation() for section in sections]
