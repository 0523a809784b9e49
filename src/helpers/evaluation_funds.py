"""The money block of an evaluation: sources in rows, phases in columns.

Place in the chain: used by ``performance``.  Input: the rows between the name of a project and its
goals.  Output: one :class:`FundRow` per source.  Columns come from the words of the header row, the
source of a row from its label, and from its place in the block where the label is damaged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from helpers.amounts import Amount, Blank, parse_amount, parse_number
from helpers.document import Cell, squeeze

PHASES = ("initial_budget", "adjusted_budget", "executed")

_HEADER_WORDS = (
    ("initial_budget", ("年初预算",)),
    ("adjusted_budget", ("全年预算", "调整预算", "调整后预算")),
    ("executed", ("执行数", "全年执行", "实际支出", "决算数")),
    ("execution_rate", ("执行率",)),
    ("fund_score", ("得分",)),
    ("fund_weight", ("分值", "权重")),
)
# The order matters: "其他资金合计" is a source, not the total.
_SOURCE_WORDS = (
    ("carry_over", ("结转",)),
    ("superior", ("上级", "上級", "中央", "自治区资金", "省级资金")),
    ("own_level", ("本级", "本級", "地方资金")),
    ("other", ("其他", "单位资金", "自有资金", "社会资金")),
    ("total", ("资金总额", "金总额", "总资金", "预算总额", "合计", "总计")),
    ("fiscal", ("财政", "拨款", "当年")),
)
_USUAL_ORDER = ("total", "fiscal", "other")
_BLOCK = re.compile(r"^(?:(?:项目|部门)资金)?(?:[（(](?:万元|元)[)）])?")
_NUMBER = r"(-?\d[\d,]*\.?\d*)"
_FLATTENED = re.compile(
    r"(?:总资金|资金总额)\s+" + r"\s+".join([_NUMBER] * 4) + r"\s+(\d+(?:\.\d+)?)\s*%(?P<rest>.*)"
)


class Unread(NamedTuple):
    """A text that could not be read, its place and the reason."""

    text: str
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class FundRow:
    """One source of money of a project or department.

    Attributes
    ----------
    source
        ``total``, ``fiscal``, ``carry_over``, ``superior`` (上级), ``own_level`` (本级), ``other``.
    label
        The row's label as printed, without white space.
    budget
        The amount of a target table; None in a self-evaluation.
    initial_budget, adjusted_budget, executed
        年初预算数, 全年预算数, 全年执行数 of a self-evaluation; None where the cell states nothing.
    origins
        Field name → place of the amount.
    """

    source: str
    label: str
    budget: Amount | None = None
    initial_budget: Amount | None = None
    adjusted_budget: Amount | None = None
    executed: Amount | None = None
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class FundBlock:
    """What has been read of a money block so far.

    ``rates`` holds ``execution_rate`` (percent as printed), ``fund_weight`` and ``fund_score``.
    """

    rows: list[FundRow] = field(default_factory=list)
    rates: dict[str, Decimal] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def fund_columns(row: Sequence[Cell]) -> dict[str, int]:
    """Find the columns a header row names; empty if it is not the header of a money block.

    Examples
    --------
    >>> header = ["", "年初预算 数", "全年执行数", "得分"]
    >>> fund_columns([Cell(text, "L1") for text in header])
    {'initial_budget': 1, 'executed': 2, 'fund_score': 3}
    """
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        text = squeeze(cell.text)
        for name, words in _HEADER_WORDS:
            if name not in columns and any(word in text for word in words):
                columns[name] = index
                break
    return columns if sum(phase in columns for phase in PHASES) >= 2 else {}


def source_of(label: str) -> str:
    """Name the source a label states, or return an empty text."""
    return next((name for name, words in _SOURCE_WORDS if any(w in label for w in words)), "")


def _rate(text: str) -> Decimal | None:
    return parse_number(squeeze(text).rstrip("%％分"))


def _shift(row: Sequence[Cell], columns: Mapping[str, int]) -> int:
    """Tell how far the row stands to the right of its header.

    Weight, rate and score on the right count double: an amount on the left may be lost, and its
    loss must not move the others.
    """

    def fit(shift: int) -> int:
        points = 0
        for name, column in columns.items():
            index = column + shift
            text = squeeze(row[index].text) if 0 <= index < len(row) else ""
            if name in PHASES:
                points += isinstance(parse_amount(text), Amount) and not text.endswith("%")
            elif parse_amount(text) is Blank.DASH:
                points += 2
            elif name == "execution_rate":
                points += 2 * text.endswith(("%", "％"))
            else:
                points += 2 * (_rate(text) is not None)
        return points

    return max((0, -1, 1, -2, 2), key=fit)


def read_phase_row(row: Sequence[Cell], columns: Mapping[str, int], block: FundBlock) -> None:
    """Read one row below the header of a self-evaluation into the block."""
    shift = _shift(row, columns)
    first = min(columns.values()) + shift
    label = _BLOCK.sub("", "".join(squeeze(cell.text) for cell in row[: max(first, 0)]))
    amounts: dict[str, Amount] = {}
    origins: dict[str, str] = {}
    blank: list[str] = []
    for phase in PHASES:
        index = columns.get(phase, -99) + shift
        if not 0 <= index < len(row):
            continue
        cell = row[index]
        amount = parse_amount(cell.text)
        if isinstance(amount, Amount):
            amounts[phase] = amount
            origins[phase] = cell.origin
        elif amount is Blank.EMPTY:
            blank.append(phase)
        elif amount is None:
            block.unread.append(Unread(cell.text, cell.origin, f"{label}: no readable amount"))
    if not amounts:
        return
    source = source_of(label)
    taken = {other.source for other in block.rows}
    if not source or source in taken:
        place = len(block.rows)
        usual = _USUAL_ORDER[place] if place < len(_USUAL_ORDER) else ""
        if not usual or usual in taken or any(known not in _USUAL_ORDER for known in taken):
            text = " ".join(cell.text for cell in row if cell.text)
            block.unread.append(
                Unread(text, row[0].origin, "the source of the money is unreadable")
            )
            return
        block.warnings.append(
            f"row {label} read as {usual} by its place in the block ({row[0].origin})"
        )
        source = usual
    for phase in blank:
        text = " ".join(cell.text for cell in row if cell.text)
        block.unread.append(
            Unread(text, row[0].origin, f"no amount in the column of {source} {phase}")
        )
    block.rows.append(FundRow(source, label, origins=origins, **amounts))
    for name in ("fund_weight", "execution_rate", "fund_score"):
        index = columns.get(name, -99) + shift
        if source == "total" and 0 <= index < len(row):
            value = _rate(row[index].text)
            if value is not None:
                block.rates[name] = value
                block.origins[name] = row[index].origin


def read_inline_row(row: Sequence[Cell], block: FundBlock) -> None:
    """Read the money line of a target table: each label is followed by its amount."""
    label = ""
    for cell in row:
        text = squeeze(cell.text)
        amount = parse_amount(cell.text)
        if isinstance(amount, Amount) and label:
            row_read = FundRow(source_of(label), label, amount, origins={"budget": cell.origin})
            block.rows.append(row_read)
            label = ""
        elif text and amount is None:
            known = source_of(text) if not text.startswith("项目资金") else ""
            if label and not known:
                block.unread.append(Unread(cell.text, cell.origin, f"{label}: no readable amount"))
            label = text.rstrip("：:") if known else ""


def read_source_row(row: Sequence[Cell], block: FundBlock) -> None:
    """Read a row of a department's target table: the source in words, then one amount."""
    amounts = [
        (cell, amount) for cell in row if isinstance(amount := parse_amount(cell.text), Amount)
    ]
    if not amounts:
        return
    words = [squeeze(cell.text) for cell in row if cell.text and parse_amount(cell.text) is None]
    # The narrower label decides: 财政资金 spans the rows 上级 and 本级.
    source = next(filter(None, (source_of(word) for word in reversed(words))), "")
    if len(amounts) > 1 or not source:
        text = " ".join(cell.text for cell in row if cell.text)
        block.unread.append(Unread(text, row[0].origin, "the source of the money is unreadable"))
        return
    cell, amount = amounts[0]
    label = "".join(words).rstrip("：:")
    block.rows.append(FundRow(source, label, amount, origins={"budget": cell.origin}))


def read_flattened_row(cell: Cell, block: FundBlock) -> bool:
    """Read a money row that a conversion has run together into one text.

    The order is the statutory one (年初预算数, 全年预算数, 全年执行数, 分值, 执行率).  Without its
    header it is believed only where executed ÷ adjusted gives the printed rate.

    Returns
    -------
    bool
        True if the row was read; what follows the rate is unread.
    """
    match = _FLATTENED.search(cell.text)
    if not match:
        return False
    amounts = [parse_amount(match.group(number)) for number in (1, 2, 3)]
    weight, rate = parse_number(match.group(4)), Decimal(match.group(5))
    if not all(isinstance(amount, Amount) for amount in amounts) or weight is None:
        return False
    adjusted, executed = amounts[1].value, amounts[2].value
    if not adjusted or (executed / adjusted * 100).quantize(rate) != rate:
        return False
    origins = dict.fromkeys(PHASES, cell.origin)
    label = squeeze(cell.text[: match.start(1)])
    values = dict(zip(PHASES, amounts, strict=True))
    block.rows.append(FundRow("total", label, origins=origins, **values))
    block.rates.update(fund_weight=weight, execution_rate=rate)
    block.origins.update(fund_weight=cell.origin, execution_rate=cell.origin)
    block.warnings.append(
        "money row without its header read in the statutory order; the printed rate agrees "
        f"({cell.origin})"
    )
    if match.group("rest").strip():
        block.unread.append(
            Unread(
                match.group("rest").strip(), cell.origin, "the header is damaged; column unknown"
            )
        )
    return True
