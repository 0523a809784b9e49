"""Measured values of target tables and self-evaluations, and where sentences repeat them.

Place in the chain: used by the rules on target tables and self-evaluations.  Input: the texts of
cells (``>=12.95万元``) and of sentences.  Output: :class:`Measure` values, and pairs of a figure of
a sentence with the indicator that measures the same thing.

A sentence and an indicator never use the very same words.  They are taken to mean one thing only
where unit and words single each other out: a word of two characters that stands before one figure
of that unit only, and in the name of one indicator of that unit only.  Everything else is left
alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from helpers.document import squeeze
from helpers.reference_data import read_reference

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CELL = re.compile(
    rf"(?P<sign>>=|<=|[=≥≤<>＞＜＝])?(?P<number>{_NUMBER})(?P<times>[百千]?万|亿|千)?"
    r"(?P<unit>m2|[^\d<>=≥≤＞＜＝]*)"
)
_SIGNS = {"≥": ">=", "≤": "<=", "＞": ">", "＜": "<", "＝": "=", None: "="}
_TIMES = {
    None: Decimal(1),
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
}
# Names of one unit.
_UNITS = {
    "％": "%",
    "百分比": "%",
    "名": "人",
    "位": "人",
    "㎡": "平方米",
    "m2": "平方米",
    "平方": "平方米",
    "平方千米": "平方公里",
    "日": "天",
}
_FIGURE = re.compile(
    rf"(?<![\d.,〔\[第号年~～至—-])(?P<number>{_NUMBER})(?P<times>[百千]?万|亿|千)?"
    r"(?P<unit>%|％|元|人次|平方公里|平方千米|平方米|㎡|公里|公顷|工作日|小时|分钟|个月|[名位人个次户套台"
    r"部份家条座栋辆天日篇册本宗亩件所处块期场批卷项年])"
    r"(?![\d/／*×月])"
)
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{4}年|\d{1,2}日")
_BREAK = re.compile(r"[。；;，,、：:（()）！“”《》]")
_ASIDE = re.compile(r"[（(][^（）()]*[)）]|^20\d\d年(?:全年|度)?")
_ABOUT_HEAD = re.compile(r"(?:约|近|超|超过|突破|接近|大约|逾)$")
_ABOUT_TAIL = re.compile(r"以上|左右|以内|以下|余|多|上下")
_SURE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Measure:
    """A printed value with its sign and unit.

    Attributes
    ----------
    sign
        ``>=``, ``<=``, ``=``, ``>`` or ``<``; ``=`` where none is printed.
    number
        As printed, before ``times``.
    times
        1, or 10000 for 万 and so on.
    unit
        Without 万 or 亿, in one spelling.
    text
        As printed, without white space.
    """

    sign: str
    number: Decimal
    times: Decimal
    unit: str
    text: str

    @property
    def value(self) -> Decimal:
        """The value in the plain unit: 元 for 万元."""
        return self.number * self.times


def _unit(text: str) -> str:
    return _UNITS.get(text, text)


@lru_cache(maxsize=4096)
def read_measure(text: str) -> Measure | None:
    """Read a cell as one value; None for words, dates and cells with two values.

    Examples
    --------
    >>> read_measure("<=12.95万元").value
    Decimal('129500.00')
    >>> read_measure("有效提升") is None, read_measure("12月10日") is None
    (True, True)
    """
    squeezed = squeeze(text)
    match = _CELL.fullmatch(squeezed)
    if not match or _DATE.match(squeezed.lstrip("=<>≥≤")):
        return None
    sign = match["sign"]
    number = Decimal(match["number"].replace(",", ""))
    shown = squeezed[len(sign or "") :]
    return Measure(
        _SIGNS.get(sign, sign or "="),
        number,
        _TIMES[match["times"]],
        _unit(match["unit"]),
        shown,
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure of a sentence with the words that stand around it.

    Attributes
    ----------
    measure
        The figure.
    head, tail
        Words before it and after it, up to the next mark or figure.
    """

    measure: Measure
    head: str
    tail: str

    @property
    def is_about(self) -> bool:
        """True where the sentence gives the figure as a bound or roughly."""
        return bool(_ABOUT_HEAD.search(self.head) or _ABOUT_TAIL.match(self.tail))


def stated_figures(text: str) -> list[Stated]:
    """Return the figures of a sentence that have a unit; dates and years have none.

    Examples
    --------
    >>> [(one.head, one.measure.text) for one in stated_figures("开展安全生产检查1次，2024年")]
    [('开展安全生产检查', '1次')]
    """
    squeezed = squeeze(text)
    dates = [match.span() for match in _DATE.finditer(squeezed)]
    matches = [
        match
        for match in _FIGURE.finditer(squeezed)
        if not any(start < match.end() and match.start() < end for start, end in dates)
    ]
    starts = [0, *(match.end() for match in matches)]
    ends = [*(match.start() for match in matches[1:]), len(squeezed)]
    found = []
    for match, start, end in zip(matches, starts, ends, strict=False):
        number = Decimal(match["number"].replace(",", ""))
        measure = Measure("=", number, _TIMES[match["times"]], _unit(match["unit"]), match[0])
        head = _BREAK.split(squeezed[start : match.start()])[-1]
        tail = _BREAK.split(squeezed[match.end() : end])[0]
        found.append(Stated(measure, head, tail))
    return found


@cache
def _empty_words() -> frozenset[str]:
    """Return words that name no thing: they stand before any figure."""
    return frozenset(row["word"] for row in read_reference("rule_empty_words"))


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """Return the words of two characters of a name or sentence, as far as they name a thing."""
    plain = _ASIDE.sub("", text)
    pairs = {plain[place : place + 2] for place in range(len(plain) - 1)}
    return (
        frozenset(pair for pair in pairs if re.fullmatch(r"[\u4e00-\u9fff]{2}", pair))
        - _empty_words()
    )


def _singled_out(sides: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Return the words of each that no other has."""
    counts = Counter(word for side in sides for word in side)
    return [frozenset(word for word in side if counts[word] == 1) for side in sides]


@dataclass(frozen=True, slots=True)
class Link:
    """A figure of a sentence and the indicator that measures the same thing.

    Attributes
    ----------
    head, name
        Their numbers among those compared.
    is_certain
        True where the words they share make up much of the indicator's name, or where neither the
        text nor the table holds another figure of the unit.
    """

    head: int
    name: int
    is_certain: bool


def same_thing(heads: Sequence[str], names: Sequence[str]) -> Iterator[Link]:
    """Pair sentences with the indicators that measure the same thing.

    Parameters
    ----------
    heads
        Words before each figure of one unit.
    names
        Names of the indicators of that unit.

    Yields
    ------
    Link
        Each head and each name at most once.
    """
    all_heads, all_names = [words(head) for head in heads], [words(name) for name in names]
    own_heads, own_names = _singled_out(all_heads), _singled_out(all_names)
    picked: dict[int, list[tuple[int, int]]] = {}
    for head, head_words in enumerate(own_heads):
        shared = [head_words & name_words for name_words in own_names]
        # Of two names that share as many words, the thing itself stands last before its figure.
        ranks = [(len(one), max(map(heads[head].rfind, one), default=-1)) for one in shared]
        best = max(ranks, default=(0, -1))
        if best[0] and ranks.count(best) == 1:
            picked.setdefault(ranks.index(best), []).append((best[0], head))
    for name, found in picked.items():
        found.sort(reverse=True)
        if len(found) > 1 and found[0][0] == found[1][0]:
            continue
        head = found[0][1]
        shared_words = len(all_heads[head] & all_names[name])
        is_most = shared_words * 5 >= len(all_names[name]) * 2
        is_single = len(heads) == 1 and len(names) == 1 and shared_words > 1
        yield Link(head, name, is_single or (shared_words >= _SURE_WORDS and is_most))
