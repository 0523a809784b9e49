"""Names, years and definitions: whose disclosure it is, of which year, and in whose terms.

Place in the chain: a family of rules of ``audit``.  Input: prose, claims, facts.  Output:
identities.

A document names its department and year in every heading; the one that differs was left by another
department or another year.  A short form of the name is the same name.  Definitions of its own are
notes: a reader who compares departments must know them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from helpers.audit.claims import Claims
from helpers.audit.identity import Figure, Identity
from helpers.audit.words.prose import Prose, described, heading_of, quote, slip, sound, words
from helpers.document import one_spelling, squeeze
from helpers.reference_data import read_reference

_OWN_HEADING = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+[、.．])?(?:关于)?"
    r"(?P<name>[\u4e00-\u9fff（）()]{4,40}?)?(?P<year>20\d{2})年度?(?P<kind>[^年]*)"
)
_BODY = re.compile(
    r"(?:局|委|委员会|办|办公室|厅|中心|院|校|园|所|站|队|会|部|处|馆|社|政府|街道|镇|乡|公司|基地)(?:[（(].*[)）])?$"
)
_NO_NAME = re.compile(r"^(?:部门|单位|本部门|本单位|关于|年度|.*(?:说明|情况|预算|决算|公开).*)$")
_PREPARED_BY = re.compile(
    r"^编制(?:部门|单位)(?:[（(](?:单位|部门)[）)])?[:：](?P<name>[\u4e00-\u9fff（）()]{4,40}?)[:：]?(?:金额|单位|$)"
)
_KIND_WORDS = {"budget": "预算", "final": "决算"}
_FEWEST_HEADINGS = 3
# 「2023年预算数为…」 states this year's figure; 「比2022年」 another's.
_THIS_YEAR = {
    "budget": re.compile(
        r"(?<![比较与和至、及同按])(?P<year>20\d{2})年(?:度)?(?:部门|单位)?"
        r"(?:预算数为|收支总预算|收入预算\d|支出预算\d|一般公共预算拨款合计|财政拨款收支总预算|一般公共预算基本支出\d|"
        r"没有使用(?:政府性基金|国有资本)|所有收入和支出均纳入)"
    ),
    "final": re.compile(
        r"(?<![比较与和至、及同按])(?P<year>20\d{2})年度(?:部门|单位)?"
        r"(?:收入总计|支出总计|收支总计|财政拨款收入总计|一般公共预算财政拨款支出\d|一般公共预算财政拨款基本支出\d|"
        r"政府采购支出总额|预算绩效管理)"
    ),
}
_COMPARED = re.compile(
    r"(?:与|比|较)(?P<year>20\d{2})年(?:度)?(?:预算|决算|执行)?数?(?:相比|增加|减少|增长|下降|持平|一致)"
)
_AS_OF = re.compile(r"截[至止](?P<year>20\d{2})年(?:12月31日|末|底|年底|年末)")
_PLANNED = re.compile(
    r"(?P<year>20\d{2})年(?:度)?(?:计划|拟|将)(?:采购|购置|购买|完成|开展|招聘|实施|建设|支付)"
)
_UNCHOSEN = re.compile(r"部门[（(]单位[）)]|单位[（(]部门[）)]")
_PART = re.compile(
    r"^第[一二三四五六七八九十]+部分.*?(?P<kind>部门|单位)(?:概况|基本情况|预算|决算)"
)
_OURSELVES = re.compile(r"[本我](?P<kind>部门|单位)")
_PAIRS = ("“”", "《》")
_WHOLE = "整体支出"
_MOSTLY = 3  # times as often: the other term is a slip
_DEFINES = re.compile(r"(?:^|[、.])机关运行经费[:,]?(?:是|指|为)")
_EVERY_UNIT = re.compile(r"指(?:各)?(?:部门|单位)(?:\((?:单位|部门)\))?的(?:日常)?公用经费")
_ADMINISTRATIVE = re.compile(r"行政单位[^。]{0,4}(?:\(?含|和|及)?(?:参照公务员法|参公)")
_KINDS_OF_UNITS = re.compile(
    r"行政单位(?P<administrative>\d+)[家个],(?:参公[^,]{0,8}\d+[家个],)?事业单位(?P<other>\d+)[家个]"
)
_GOODS = "302"

Fact = Mapping[str, Any]


def _is_short_form(one: str, other: str) -> bool:
    """Tell whether one name is the other with characters left out."""
    short, long = sorted((one_spelling(one), one_spelling(other)), key=len)
    rest = iter(long)
    return all(sign in rest for sign in short)


def departments(prose: Prose) -> Iterator[Identity]:
    """Compare the department's name in headings and above tables with the one most of them have."""
    named: list[tuple[str, str, str]] = []
    lines = [(line, _OWN_HEADING) for line in prose.headings]
    if len(prose.units) == 1:  # tables of several units name each
        lines += [(line, _PREPARED_BY) for line in prose.captions]
    for line, pattern in lines:
        text = squeeze(line.text)
        match = pattern.match(text)
        name = (match["name"] or "") if match else ""
        name = re.sub(r"^[（(][一二三四五六七八九十]+[)）]", "", name)
        if _BODY.search(name) and not _NO_NAME.match(name):
            named.append((name, text, line.origin))
    counted = Counter(name for name, _, _ in named)
    usual, count = counted.most_common(1)[0] if counted else ("", 0)
    if count < _FEWEST_HEADINGS:
        return
    own = [usual, *prose.units, prose.department]
    for name, text, origin in named:
        left = words(name, quote(text), origin)
        right = words(usual, f"其余{count}处")
        if any(_is_short_form(name, one) for one in own if one):
            continue
        yield slip("text_department", left, right, repeats=name)
    yield sound("text_department", words(usual, "标题", named[0][2]), words(usual, f"{count}处"))


def heading_years(prose: Prose) -> Iterator[Identity]:
    """Compare the year in headings with the fiscal year."""
    year, word = prose.fiscal_year, _KIND_WORDS.get(prose.kind, "")
    if not year or not word:
        return
    found = [
        (int(match["year"]), squeeze(line.text), line.origin)
        for line in prose.headings
        if (match := _OWN_HEADING.match(squeeze(line.text))) and word in match["kind"]
    ]
    if sum(one == year for one, _, _ in found) < _FEWEST_HEADINGS:
        return
    for one, text, origin in found:
        left, right = words(text, "标题年度", origin), words(f"{year}年", "本年度")
        yield (sound if one == year else slip)("text_year", left, right)


def sentence_years(prose: Prose) -> Iterator[Identity]:
    """Compare the year that sentences on this year's figures name with the fiscal year."""
    year, pattern = prose.fiscal_year, _THIS_YEAR.get(prose.kind)
    if not year or pattern is None:
        return
    own = words(f"{year}年", "本年度")
    for passage in prose.statements:
        for match in pattern.finditer(passage.text):
            if int(match["year"]) != year and f"{year}年" in passage.text:
                continue  # the figures of two years, side by side
            left = words(match.group(), heading_of(passage), passage.origins[match.start()])
            yield (sound if int(match["year"]) == year else slip)("text_year", left, own)
        for match in _COMPARED.finditer(passage.text):
            if int(match["year"]) not in (year - 1, year):
                left = words(match.group(), heading_of(passage), passage.origins[match.start()])
                yield slip("text_year_odd", left, words(f"{year - 1}年", "上年"))
        if "资产" not in passage.subsection + passage.section:
            continue
        # Budgets state what is owned at the end of the year before; final accounts, of the year.
        usual = year if prose.kind == "final" else year - 1
        for match in _AS_OF.finditer(passage.text):
            left = words(match.group(), heading_of(passage), passage.origins[match.start()])
            agrees = int(match["year"]) == usual
            yield (sound if agrees else slip)("text_year_odd", left, words(f"{usual}年末", "应为"))


def goal_years(prose: Prose) -> Iterator[Identity]:
    """Find plans of an earlier year among the goals of this year's budget."""
    year = prose.fiscal_year
    if not year or prose.kind != "budget":
        return
    for name, text, place in prose.goals:
        for match in _PLANNED.finditer(text):
            if int(match["year"]) < year:
                left = words(match.group(), f"{quote(name)}/绩效目标", place)
                yield slip("text_year_odd", left, words(f"{year}年", "本年度"))


def unchosen(prose: Prose) -> Iterator[Identity]:
    """Find 部门（单位） of the template in headings and titles, and parts named after both."""
    lines = [
        line
        for line in (*prose.headings, *prose.captions)
        if _UNCHOSEN.search(line.text) and not squeeze(line.text).startswith("编制")
    ]
    if lines:
        origins = sorted((line.origin for line in lines), key=prose.document.line_numbers)
        left = words(_UNCHOSEN.search(lines[0].text)[0], "标题", *origins)  # type: ignore[index]
        yield slip("text_unchosen", left, described("应择一"))
    parts: dict[str, list[tuple[str, str]]] = {}
    for line in prose.headings:
        text = squeeze(line.text)
        match = _PART.match(text)
        if match and not _UNCHOSEN.search(text):
            parts.setdefault(match["kind"], []).append((text, line.origin))
    if len(parts) > 1:
        (text, place), (other, origin) = (parts[one][0] for one in ("单位", "部门"))
        yield slip("text_mixed", words(text, "标题", place), words(other, "另一标题", origin))


def unpaired(prose: Prose) -> Iterator[Identity]:
    """Find names of projects that open a quotation twice, or close what they did not open."""
    for evaluation in prose.evaluations:
        name = evaluation.name
        if not name or evaluation.name_is_damaged or prose.is_recognised:
            continue
        for opening, closing in _PAIRS:
            opened, closed = name.count(opening), name.count(closing)
            # A name cut off by the conversion may lack its last closing mark.
            if closed > opened or opened > closed + 1:
                left = words(name, "项目名称", evaluation.name_origin)
                yield slip("text_unpaired", left, described(f"{opening}{closing}应成对"))


def mixed_terms(prose: Prose) -> Iterator[Identity]:
    """Find 本单位 in a text that calls itself 本部门, or the reverse."""
    found: dict[str, list[tuple[str, str]]] = {"部门": [], "单位": []}
    texts = [(one.text, one.origins) for one in prose.statements]
    texts += [(text, (place,) * len(text)) for name, text, place in prose.goals if name == _WHOLE]
    for text, origins in texts:
        for match in _OURSELVES.finditer(text):
            shown = text[match.start() : match.end() + 8]
            found[match["kind"]].append((shown, origins[match.start()]))
    rare, usual = sorted(found.values(), key=len)
    if rare and len(usual) >= _MOSTLY * len(rare):
        left = words(rare[0][0], "自称", *(place for _, place in rare))
        yield slip("text_mixed", left, words(usual[0][0], f"其余{len(usual)}处", usual[0][1]))


@cache
def _names_of_goods() -> frozenset[str]:
    """Names of economic sections of class 302, 商品和服务支出."""
    return frozenset(
        one_spelling(row["label"])
        for row in read_reference("code_labels")
        if row["code"].startswith(_GOODS) and len(row["code"]) > len(_GOODS)
    )


def personnel_definition(prose: Prose) -> Iterator[Identity]:
    """Find items of 商品和服务支出 that a document counts as personnel cost."""
    for passage in prose.statements:
        listed = re.search(r"人员经费[\d,.]+万?元,(?:主要)?(?:包括|用于):?([^。;]+)", passage.text)
        if listed is None:
            continue
        names = re.split(r"[、,]|以及|和", listed[1].rstrip("等"))
        goods = [name for name in names if one_spelling(name) in _names_of_goods()]
        left = words(
            "、".join(goods) or "人员经费", "人员经费包括", passage.origins[listed.start()]
        )
        right = words("商品和服务支出（302）", "通用口径")
        yield (slip if goods else sound)("own_personnel", left, right)


def operating_cost(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Compare what a document calls 机关运行经费 with the public cost of which units it is."""
    definition = next(
        (one for one in prose.passages if _DEFINES.search(one.text.replace('"', ""))), None
    )
    if definition is None:
        return
    place = definition.origins[0]
    if _EVERY_UNIT.search(definition.text):
        left = words(definition.text.split(",")[0], "机关运行经费的定义", place)
        right = words("行政单位和参照公务员法管理的事业单位的公用经费", "通用口径")
        yield slip("own_operating_cost", left, right)
    elif _ADMINISTRATIVE.search(definition.text):
        yield from _of_other_units(prose, claims, place)


def _of_other_units(prose: Prose, claims: Claims, place: str) -> Iterator[Identity]:
    """Test whether the stated cost of administrative units is that of all units."""
    kinds = next(
        (match for one in prose.passages if (match := _KINDS_OF_UNITS.search(one.text))), None
    )
    amounts = [
        claim
        for claim in claims.rows
        if claim["role"] == "amount" and claim["value"] and claim["unit"]
    ]
    stated = [one for one in amounts if re.search("机关运行经费", one["subject"])]
    public = [one for one in amounts if re.search(r"公用经费$", one["subject"])]
    if kinds is None or not stated or not public or not int(kinds["other"]):
        return
    own, whole = stated[0], public[0]
    left = Figure(f"{own['value']:f}{claims.unit(own)}", "机关运行经费", (own["origin"], place))
    right = Figure(
        f"{whole['value']:f}{claims.unit(whole)}",
        f"全部单位的公用经费，其中事业单位{kinds['other']}家",
        (whole["origin"],),
    )
    same = (own["value"], claims.unit(own)) == (whole["value"], claims.unit(whole))
    yield (slip if same else sound)("text_operating_cost", left, right)


def naming(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Return every identity of names, years and definitions."""
    for family in (
        departments,
        heading_years,
        sentence_years,
        goal_years,
        unchosen,
        unpaired,
        mixed_terms,
        personnel_definition,
    ):
        yield from family(prose)
    yield from operating_cost(prose, claims)
