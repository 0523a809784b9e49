"""Words printed twice: a name, a clause, a sentence, a paragraph, a block of another project.

Place in the chain: a family of rules of ``audit``.  Input: prose.  Output: identities.

Official prose repeats itself on purpose: a class, its section and its item may bear one name, two
reasons may be the same, a project's fields look alike.  What counts is what follows itself at once,
and what a project can only have from another one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from helpers.audit.identity import Identity
from helpers.audit.sheets import copied_tables
from helpers.audit.words.prose import Prose, described, heading_of, quote, slip, words
from helpers.passages import LIST_MARK, Passage
from helpers.tables import BudgetTable

_ITEM_TWICE = re.compile(r"([^,;:。()]{3,30})\(项\)\1(?=[:,。]|20\d{2}年|支出决算数)")
_PART_OF_ITSELF = re.compile(
    r"(?:^|[,;:。、)\d万元])(?P<name>[\u4e00-\u9fff]{4,16}?)(?P<whole>[\d,.]+)(?P<unit>万?元)"
    r"[,;。(]?其中[:,]?(?P=name)(?P<part>[\d,.]+)万?元"
)
_FIGURE = re.compile(r"\d")
# These end a name and begin the next: 重点项目项目支出.
_OPENS_AND_CLOSES = (
    "项目|支出|预算|决算|经费|资金|管理|收入|服务|培训|建设|工程|单位|部门|中心|公开|人员|机关|工作|设备|维护|系统|"
    "基金|结余|补助|研究|学习|讨论|社会|合计|总计|教育|卫生|科技|文化|旅游|安全|保险|住房|交通|行政|审计|监督|应急|检察|生态|"
    "环境|资源|信息"
)
_PHRASE_TWICE = re.compile(
    rf"(?![一逐每])(?!(?:{_OPENS_AND_CLOSES})(?:{_OPENS_AND_CLOSES}))([\u4e00-\u9fff]{{2,20}})\1"
)
_SUM = re.compile(r"\d万?元")
_FIGURE_TWICE = re.compile(
    r"(?<![^,;:。])(?P<once>(?!增|减|降|下降|占|比|较|与)[\u4e00-\u9fff][^,;:。\d]{2,30}"
    r"\d[\d,]*(?:\.\d+)?万?元),(?P=once)(?=[,;。]|$)"
)
_BLOCK_MARK = re.compile(r"^[(（][一二三四五六七八九十]+[)）]")
_SHORTEST_CLAUSE, _SHORTEST_SENTENCE, _SHORTEST_BLOCK = 8, 12, 20
_ALLOCATION = re.compile(r"^资金分配情况:(.+)$")
_NOTHING = re.compile("空表|没有|无")
_UNSTATED = re.compile("不予公开|涉密")


def _twice_in_line(prose: Prose) -> Iterator[Identity]:
    """A name, a phrase or a clause that follows itself."""
    texts = [(heading_of(one), one.text, one.origins) for one in prose.passages]
    texts += [(name, text, (place,) * len(text)) for name, text, place in prose.goals]
    for name, text, origins in texts:
        for pattern, once in ((_ITEM_TWICE, "{}(项)"), (_PHRASE_TWICE, "{}")):
            for match in pattern.finditer(text):
                if not _is_prose(text, match.span(), origins):
                    continue
                left = words(match.group(), name, origins[match.start()])
                right = words(once.format(match[1]), "应为一次")
                yield slip("text_twice", left, right)
        for match in _PART_OF_ITSELF.finditer(text):
            if match["whole"] != match["part"]:
                label = f"{name}/{match['name']}"
                left = words(match.group().lstrip(",;:。、)"), label, origins[match.start()])
                yield slip("text_part_of_itself", left, described("其中项应另有名称"))


def _is_prose(text: str, span: tuple[int, int], origins: Sequence[str]) -> bool:
    """Tell whether words stand in one line with punctuation; a header row of a table has none."""
    start, end = span
    line = "".join(
        sign for sign, place in zip(text, origins, strict=True) if place == origins[start]
    )
    return origins[start] == origins[end - 1] and re.search("[,;。]", line) is not None


def _clauses_twice(prose: Prose) -> Iterator[Identity]:
    """A clause of a list, or a sentence, that follows itself."""
    for passage in prose.passages:
        position, before = 0, ""
        for clause in re.split(r"(?<=[;。])", passage.text):
            plain = clause.rstrip(";。")
            is_figure = len(plain) >= _SHORTEST_CLAUSE and _FIGURE.search(plain)
            if plain == before and (is_figure or len(plain) >= _SHORTEST_SENTENCE):
                left = words(clause, heading_of(passage), passage.origins[position])
                # A recognition repeats lines, too.
                severity = "suspicious" if prose.is_recognised else ""
                right = words(plain, "应为一次")
                yield slip("text_twice", left, right, severity=severity)
            before = plain
            position += len(clause)


def _figures_twice(prose: Prose) -> Iterator[Identity]:
    """A clause with its sum that follows itself after a comma."""
    for passage in prose.passages:
        for match in _FIGURE_TWICE.finditer(passage.text):
            left = words(match[0], heading_of(passage), passage.origins[match.start()])
            # A project may buy the same thing twice.
            severity = "suspicious" if passage.project else ""
            yield slip("text_twice", left, words(match["once"], "应为一次"), severity=severity)


def _projects_twice(prose: Prose) -> Iterator[Identity]:
    """A described project that stands word for word, money and all, in the same place again."""
    blocks: dict[int, list[Passage]] = defaultdict(list)
    for passage in prose.passages:
        if passage.project:
            blocks[passage.project_number].append(passage)
    known: dict[tuple[str, ...], Passage] = {}
    for block in blocks.values():
        texts = tuple(_BLOCK_MARK.sub("", one.text) for one in block)
        has_money = any(_SUM.search(text) for text in texts)
        if not has_money or any(_UNSTATED.search(text) for text in texts):
            continue
        first = known.setdefault((block[0].section, block[0].project, *texts), block[0])
        if first is not block[0]:
            left = words(block[0].text, "项目情况说明", block[0].origins[0])
            yield slip("text_twice", left, words(first.text, "上一处", first.origins[0]))


def _passages_twice(prose: Prose) -> Iterator[Identity]:
    """A paragraph that follows itself under one heading; tables may share a statement."""
    before: Passage | None = None
    for passage in prose.passages:
        text = LIST_MARK.sub("", passage.text)
        if (
            before is not None
            and len(text) >= _SHORTEST_BLOCK
            and text == LIST_MARK.sub("", before.text)
            and (passage.section, passage.subsection) == (before.section, before.subsection)
            and passage.section
            and not _NOTHING.search(text)
        ):
            left = words(text, heading_of(passage), passage.origins[0])
            yield slip("text_twice", left, words(before.text, "上一段", before.origins[0]))
        before = passage


def _copied_allocations(prose: Prose) -> Iterator[Identity]:
    """A project whose allocation names no money and stands word for word in another project."""
    allocations = [
        (passage, match[1].rstrip("。;"))
        for passage in prose.passages
        if passage.project and (match := _ALLOCATION.match(passage.text))
    ]
    for passage, text in allocations:
        if len(text) < _SHORTEST_BLOCK or _FIGURE.search(text) or _UNSTATED.search(text):
            continue
        for other, other_text in allocations:
            if other.project != passage.project and text in other_text:
                left = words(text, f"{quote(passage.project)}/资金分配情况", passage.origins[0])
                label = f"{quote(other.project)}/资金分配情况"
                yield slip("text_copied", left, words(text, label, other.origins[0]))
                break


def tables_twice(tables: Sequence[BudgetTable]) -> Iterator[Identity]:
    """Return an identity for each table that follows itself; a department may mean it."""
    for table, copy in copied_tables(tables):
        name = f"表{table.number}" if table.number else table.title
        left = words(copy.title, name, copy.origin)
        right = words(table.title, "上一表", table.origin)
        yield slip("text_twice", left, right, severity="suspicious")


def repeats(prose: Prose) -> Iterator[Identity]:
    """Return an identity for everything that is printed twice."""
    for family in (
        _twice_in_line,
        _clauses_twice,
        _figures_twice,
        _projects_twice,
        _passages_twice,
    ):
        # Text recognition doubles lines and words of its own.
        if not prose.is_recognised or family is _clauses_twice:
            yield from family(prose)
    yield from _copied_allocations(prose)
