"""What a document says about itself: department, place, year, kind and unit, with the lines.

Place in the chain: after the readers, before ``sources``.  Input: a
:class:`~helpers.document.Document`.  Output: a :class:`Proposal`.

A name counts only where documents name their author: in a title, in a caption above a table
(编制单位：…), in the head of the page (发布机构：…).  What only sounds like one names nobody
(我单位2022年部门预算, XX局).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from helpers.amounts import find_unit
from helpers.document import Document, Paragraph, RawTable, squeeze
from helpers.reference_data import read_reference

_NAME = r"([\u4e00-\u9fff（）()·]{4,40}?)"
_PART = r"^(?:第[一二三四五六七八九十]+部分)?+"  # possessive: 第二部分 is no department
_CAPTION = (
    r"(?:编制|填报|编报|公开|预算|填表|报送)?(?:部门|单位)(?:[（(](?:单位|部门|公章|盖章)[）)])?"
)

# Final accounts speak of the year's 预算 more often than of its 决算: a title counts first.
_YEAR_AND_KIND = (
    re.compile(r"(20\d{2})年度?(?:部门|单位|本级)(?:[（(](?:部门|单位)[）)])?(预算|决算)"),
    re.compile(r"(20\d{2})年度?.{0,16}?(预算|决算)"),
)
# Tables alone: the year stands by itself, and their titles say what they are.
_YEAR_ALONE = re.compile(r"^[（(]?(20\d{2})年度?[）)]?$")
_KIND_OF_TABLE = re.compile(r"^[\u4e00-\u9fff“”]{2,40}(预算|决算)[\u4e00-\u9fff]{0,4}表$")
_KINDS = {"预算": "budget", "决算": "final"}
_CHINESE_YEAR = re.compile(r"二[〇○零O0]([〇○零一二三四五六七八九]{2})(?=年)")
_CHINESE_DIGITS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
}

_TITLES = (
    re.compile(rf"^{_CAPTION}(?:名称)?[:：]{_NAME}[:：]?(?:金额)?(?:单位[:：].*)?$"),
    re.compile(rf"^关于{_NAME}20\d{{2}}年"),
    re.compile(rf"{_PART}{_NAME}20\d{{2}}年度?(?:部门|单位)?(?:预算|决算)"),
    re.compile(rf"{_PART}{_NAME}20\d{{2}}年"),
    re.compile(rf"[、.．](?:关于)?{_NAME}20\d{{2}}年"),
)
# In other places only what ends like the name of an organisation is one.
_ORGANISATIONS = (
    re.compile(rf"^20\d{{2}}年度?{_NAME}(?:部门|单位)?(?:预算|决算)"),
    re.compile(rf"^{_CAPTION}(?:名称|编码及名称)?[:：][\[【]?\d{{3,12}}[\]】]?[-—_]?{_NAME}$"),
    re.compile(rf"^\d{{3,12}}[-—_]?{_NAME}$"),
    re.compile(rf"^第一部分{_NAME}(?:部门|单位)?(?:基本)?(?:概况|概述)$"),
    re.compile(
        rf"^(?:发布机构|发布单位|公开单位|信息来源|来源)[:：]?{_NAME}(?=20\d\d|[|｜]|发布|作者|日期|$)"
    ),
)
_NOBODY = re.compile(
    r"^(?:[（(]|我|本|该|各|全|现将|根据|按照|依据|为|关于|与|和|比|较|对|从|至|上年|其中|年初|财政拨款|"
    r"一般公共|政府性基金|国有资本|收入|支出|预算|决算|基本|项目|部门|单位|编制|人民币|20)"
    r"|[×＊□○]|元$"
)
_PROVINCE_END = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|[省市]$")
_PLACE_END = re.compile(
    r"^([\u4e00-\u9fff]县|[\u4e00-\u9fff]{2,12}?"
    r"(?:自治区|特别行政区|自治州|自治县|省|市|州|盟|县|旗|(?<![社小园校景学])区))(?=.{2})"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A value and the line of the document it rests on."""

    value: str
    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a document says about itself; None for what it does not say.

    Attributes
    ----------
    department, year, unit
        As printed; the year in digits.
    kind
        ``budget`` or ``final``.
    place
        In Chinese: province, prefecture and county as far as the text or the table of places
        names them.
    """

    department: Stated | None
    place: Stated | None
    year: Stated | None
    kind: Stated | None
    unit: Stated | None


@cache
def _suffixes() -> re.Pattern[str]:
    suffixes = "|".join(row["suffix"] for row in read_reference("organisations"))
    return re.compile(rf"(?:{suffixes})(?:[（(][\u4e00-\u9fff]{{2,6}}[）)])?$")


def _texts(document: Document) -> list[tuple[str, str]]:
    """Return the texts without white space and their places: cells, then running text."""
    cells = [(c.text, c.origin) for table in document.raw_tables() for r in table.rows for c in r]
    lines = [(paragraph.text, paragraph.origin) for paragraph in document.paragraphs()]
    return [(_in_digits(squeeze(text)), origin) for text, origin in (*cells, *lines) if text]


def _in_digits(text: str) -> str:
    """Write a year in words in digits: 二〇二四年 is 2024年."""
    if "二" not in text:
        return text
    return _CHINESE_YEAR.sub(
        lambda match: "20" + "".join(_CHINESE_DIGITS[sign] for sign in match.group(1)), text
    )


def _covers(document: Document) -> Iterator[tuple[str, str]]:
    """Yield a name on one line and the title of the document on the next, joined; and back."""
    lines = [block for block in document.blocks if isinstance(block, Paragraph)]
    for first, second in pairwise(lines):
        upper, lower = squeeze(first.text), squeeze(second.text)
        if len(upper) <= 40 and len(lower) <= 40:
            yield _in_digits(upper + lower), f"{first.origin};{second.origin}"


def _most_named(
    texts: Sequence[tuple[str, str]],
    pattern: re.Pattern[str],
    accepts: Callable[[str], bool],
) -> Stated | None:
    """Return the name that most texts give where a pattern finds it, with the first of them."""
    found = [
        Stated(match.group(1), text, origin)
        for text, origin in texts
        if (match := pattern.search(text)) and accepts(match.group(1))
    ]
    counts = Counter(stated.value for stated in found)
    return max(found, key=lambda stated: counts[stated.value]) if found else None


def _is_somebody(name: str) -> bool:
    return not _NOBODY.search(name)


def _is_organisation(name: str) -> bool:
    return _is_somebody(name) and bool(_suffixes().search(name))


def _beside(document: Document) -> Iterator[tuple[str, str]]:
    """Yield a cell and the one behind it as one text: 发布机构 | 某市统计局."""
    for block in document.blocks:
        if isinstance(block, RawTable):
            for row in block.rows:
                for left, right in pairwise(row):
                    yield squeeze(left.text + right.text), right.origin
    lines = [block for block in document.blocks if isinstance(block, Paragraph)]
    for upper, lower in pairwise(lines):
        if squeeze(upper.text) in ("发布机构", "发布单位", "公开单位"):
            yield squeeze(upper.text + lower.text), lower.origin


def _department(document: Document, texts: Sequence[tuple[str, str]]) -> Stated | None:
    for pattern in _TITLES:
        if stated := _most_named(texts, pattern, _is_somebody):
            return stated
    for source in (list(_covers(document)), texts, list(_beside(document))):
        for pattern in (_TITLES[2], *_ORGANISATIONS):
            if stated := _most_named(source, pattern, _is_organisation):
                return stated
    return None


def _year_and_kind(texts: Sequence[tuple[str, str]]) -> tuple[Stated, Stated] | None:
    """Return the year and 预算 or 决算 that most titles name or, without titles, most sentences."""
    for pattern in _YEAR_AND_KIND:
        found = [(match.groups(), t, o) for t, o in texts if (match := pattern.search(t))]
        if found:
            counts = Counter(named for named, _, _ in found)
            (year, word), text, origin = max(found, key=lambda item: counts[item[0]])
            return Stated(year, text, origin), Stated(_KINDS[word], text, origin)
    named = (_most_named(texts, pattern, bool) for pattern in (_YEAR_ALONE, _KIND_OF_TABLE))
    year_alone, kind_of_tables = named
    if year_alone is None or kind_of_tables is None:
        return None
    return year_alone, replace(kind_of_tables, value=_KINDS[kind_of_tables.value])


def _unit(texts: Sequence[tuple[str, str]]) -> Stated | None:
    """Return the unit that most captions state or, without one, most sentences."""
    captions = [Stated(unit, t, o) for t, o in texts if (unit := find_unit(t))]
    sentences = [
        Stated(match.group(1), t, o)
        for t, o in texts
        if (match := re.search(r"\d(亿元|万元|千元|元)", t))
    ]
    found = captions or sentences
    counts = Counter(stated.value for stated in found)
    return max(found, key=lambda stated: counts[stated.value]) if found else None


def _place_row(name: str) -> dict[str, str] | None:
    """Return the province or prefecture that a name begins with, the longest first."""
    rows = [
        row
        for row in read_reference("places")
        if name.startswith(_PROVINCE_END.sub("", row["name"]))
    ]

    def rank(row: dict[str, str]) -> tuple[int, bool]:
        short = _PROVINCE_END.sub("", row["name"])
        # 吉林市 is a prefecture of the province of its name.
        return len(short), bool(row["province"]) and name[len(short) : len(short) + 1] != "省"

    return max(rows, key=rank, default=None)


def _place(department: Stated | None) -> Stated | None:
    """Return the place a department's name begins with."""
    if department is None:
        return None
    own, rest = "", department.value
    while match := _PLACE_END.match(rest):
        own, rest = own + match.group(1), rest[match.end() :]
    row = _place_row(department.value)
    if not own and row is None:
        return None
    own = own or row["name"]
    province = row["province"] if row else ""
    value = own if own.startswith(province) else province + own
    return Stated(value, department.text, department.origin)


def propose(document: Document) -> Proposal:
    """Return what a document says about itself.

    Parameters
    ----------
    document
        As the readers return it.
    """
    texts = _texts(document)
    department = _department(document, texts)
    year, kind = _year_and_kind(texts) or (None, None)
    return Proposal(department, _place(department), year, kind, _unit(texts))


def propose_identifier(department: str, year: int, kind: str) -> str | None:
    """Return ``<place>_<department>_<year>_<kind>`` where the tables of names know both.

    ``reference/places.csv`` has provinces and prefectures, ``reference/department_words.csv`` what
    every place has; a county or a school is for the user to name.

    Examples
    --------
    >>> propose_identifier("商洛市统计局", 2016, "budget")
    'shangluo_statistics_2016_budget'
    >>> propose_identifier("寿县司法局", 2022, "budget") is None
    True
    """
    row = _place_row(department)
    if row is None:
        return None
    rest = re.sub(r"^[\u4e00-\u9fff]*?(?:省|自治区|自治州|地区|市|州|盟)", "", department)
    rest = re.sub(r"[（(][\u4e00-\u9fff]{2,4}[)）]$", "", rest)
    core = re.sub(r"(?:管理局|管理委员会|委员会|管理中心|局|厅|委|部|办公室)$", "", rest)
    words = {row["name"]: row["identifier"] for row in read_reference("department_words")}
    word = words.get(rest) or words.get(core)
    return f"{row['identifier']}_{word}_{year}_{kind}" if word else None
