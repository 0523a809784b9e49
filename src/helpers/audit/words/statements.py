"""Sentences that say there is nothing, against the figures: funds, tables, units, counts, sections.

Place in the chain: a family of rules of ``audit``.  Input: prose, claims, tables and facts.
Output: identities.

「没有使用政府性基金预算拨款安排的支出，…表为空表」 is a statement like any figure: the table of
that fund must be without amounts, and the sentence must stand under its own heading.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from helpers.audit.claims import Claims
from helpers.audit.identity import Figure, Identity
from helpers.audit.words.prose import Prose, heading_of, quote, slip, sound, words
from helpers.document import Paragraph, squeeze
from helpers.passages import normalise
from helpers.tables import BudgetTable

_FUNDS = {"政府性基金": "government_fund", "国有资本经营": "state_capital"}
_NOTHING = re.compile(
    r"(?:没有|未|无)(?:使用|安排|发生|涉及)?[^,。;]{0,6}?(?P<before>政府性基金|国有资本经营)"
    r"|(?P<after>政府性基金|国有资本经营)[^,。;]{0,24}?(?:未安排|为空表|没有安排|无相关)"
)
# Another year's, another level's, or only a carry-over.
_OF_OTHERS = re.compile(
    r"上级|转移支付|年初|上年|去年|追加|三公|公务|出国|基本支出|机关运行|采购|会议费|培训费|结转(?!和?结余)"
)
_YEAR = re.compile(r"20\d{2}(?=年)")
# The table a sentence names is its own; the fund it names may not be.
_NAMES_TABLE = re.compile(r"[^,。;]*(?:为空表|是空表|空表说明)")
_EMPTY_TABLE = re.compile(r"为空表|空表")
_STATED = ("amount", "final", "budget")
_UNITS_BELOW = re.compile(
    r"(?:及|和|与)(?:下属|所属)(?:各)?(?:预算)?单位|(?:下属|所属)各(?:预算)?单位"
)
_ON_MONEY = re.compile("预算|决算|资产|经费|采购|收支|收入|支出|绩效")
_NO_UNITS = re.compile(r"(?:无|没有)(?:下属|所属|下级)(?:预算)?单位")
_NO_PROJECTS = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,16})0个,(?:涉及|预算)?[^\d,;。]{0,6}?(?:金额|资金)"
    r"(?P<amount>\d[\d,.]*)(?P<unit>万?元)"
)
_THREE_PUBLIC = (
    "因公出国(境)费",
    "公务用车购置费",
    "公务用车运行维护费",
    "公务用车运行费",
    "公务接待费",
)
_NOT_PLANNED = re.compile(r"原因(?:是|为)?:?(?P<reason>[^;。]*?(?:未安排|没有安排|无)[^;。]*)")
_OTHER_YEAR = re.compile(r"上年|去年|上一年|均|及|和|与")
_LONGEST_RUN = 3  # headings in a row; more are a table of contents
_ASKS_FOR_TEXT = re.compile(r"(?:情况|情况说明|说明)$")

Fact = Mapping[str, Any]


def _stated_amounts(
    fund: str, word: str, claims: Claims, facts: Sequence[Fact]
) -> list[tuple[Decimal, str, str]]:
    """Return (value, label, place) of money that the tables or the fund's own section state."""
    found = [
        (fact["amount_yuan"], f"{fact['label'] or '合计'}（{word}预算，元）", fact["origin"])
        for fact in facts
        if fact["table_id"] == f"{fund}_expenditure" and fact["amount_yuan"]
    ]
    found += [
        (claim["value"], f"{quote(claim['subject'])}（{claims.unit(claim)}）", claim["origin"])
        for claim in claims.rows
        if claim["role"] in _STATED
        and claim["value"]
        and word in claim["text"]
        and word in claim["section"]
        and "上年" not in claim["subject"]
    ]
    return found


def nothing_of_a_fund(prose: Prose, claims: Claims, facts: Sequence[Fact]) -> Iterator[Identity]:
    """Test each sentence that says a fund has nothing against the figures of that fund."""
    amounts = {word: _stated_amounts(fund, word, claims, facts) for word, fund in _FUNDS.items()}
    below: dict[str, list[str]] = defaultdict(list)
    for passage in prose.statements:
        below[passage.section].append(_NAMES_TABLE.sub("", passage.text))
    for passage in prose.statements:
        for match in _NOTHING.finditer(passage.text):
            word = match["before"] or match["after"]
            start = max(passage.text.rfind(sign, 0, match.start()) for sign in ",;。") + 1
            end = min(
                (at for sign in ",;。" if (at := passage.text.find(sign, match.end())) >= 0),
                default=len(passage.text),
            )
            clause = passage.text[start:end]
            if _OF_OTHERS.search(clause) or _names_another_year(clause, prose.fiscal_year):
                continue
            left = words(clause, heading_of(passage), passage.origins[match.start()])
            stated = amounts[word]
            if stated:
                value, label, place = stated[0]
                right = Figure(f"{value:f}", label, (place,))
                yield slip("text_not_empty", left, right, repeats=word)
            else:
                yield sound("text_not_empty", left, words("无金额", f"{word}预算"))
            own = [one for one in _FUNDS if one in passage.section]
            is_explained = _ASKS_FOR_TEXT.search(passage.section)
            is_other = len(own) == 1 and is_explained and word != own[0]
            # The statement on the other fund may have lost its own heading.
            if is_other and not any(own[0] in text for text in below[passage.section]):
                yield slip("text_other_fund", left, words(passage.section, "所在标题"))


def _names_another_year(clause: str, year: int | None) -> bool:
    named = {int(one) for one in _YEAR.findall(clause)}
    return bool(named) and year is not None and year not in named


def empty_tables(tables: Sequence[BudgetTable]) -> Iterator[Identity]:
    """Test the sentence below a table: it speaks of this fund, and of a table without amounts."""
    for table in tables:
        if table.statement is None:
            continue
        text = normalise(table.statement.text)
        left = words(text, quote(table.title), table.statement.origin)
        own = [word for word, fund in _FUNDS.items() if table.table_id.startswith(fund)]
        named = [word for word in _FUNDS if word in _NAMES_TABLE.sub("", text)]
        if own and named and own[0] not in named:
            yield slip("text_other_fund", left, words(own[0], "本表", table.origin))
        filled = [1 for line in table.lines for _, amount, _ in line.amounts if amount.value]
        if filled and _EMPTY_TABLE.search(text):
            yield slip("text_not_empty", left, words("有金额", quote(table.title), table.origin))


def units_below(prose: Prose) -> Iterator[Identity]:
    """Find units below a department that says it has none."""
    if prose.units != ("本级",):
        return
    denied = next(
        (
            (match.group(), one.origins[match.start()])
            for one in prose.passages
            if (match := _NO_UNITS.search(one.text))
        ),
        ("无下属单位", ""),
    )
    for passage in prose.statements:
        if not _ON_MONEY.search(passage.section + passage.subsection):
            continue  # duties speak of bodies, not of budget units
        for match in _UNITS_BELOW.finditer(passage.text):
            left = words(
                passage.text[: match.end()][-30:],
                heading_of(passage),
                passage.origins[match.start()],
            )
            yield slip("text_units_below", left, words(denied[0], "机构设置情况", denied[1]))


def nought_with_money(prose: Prose) -> Iterator[Identity]:
    """Find money of no project: 「项目0个，涉及预算金额30.00万元」."""
    for passage in prose.statements:
        for match in _NO_PROJECTS.finditer(passage.text):
            amount = Decimal(match["amount"].replace(",", "").rstrip("."))
            left = words("0个", quote(match["name"]), passage.origins[match.start()])
            place = passage.origins[match.start("amount")]
            right = words(f"{match['amount']}{match['unit']}", "涉及金额", place)
            make = slip if amount else sound
            yield make("text_nought", left, right)


def _subject(name: str) -> str:
    return name.replace("运行维护费", "运行费").replace("(", "（").replace(")", "）")


def not_planned(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Test 「未安排此项预算」 as the reason of an item of the “三公” against its amount."""
    amounts = {
        _subject(claim["subject"].rpartition("/")[2].removesuffix("支出")): claim
        for claim in reversed(claims.rows)
        if claim["role"] == "amount" and "三公" in claim["section"] and claim["value"] is not None
    }
    for passage in prose.statements:
        if "三公" not in passage.section + passage.text[:30]:
            continue
        position = 0
        for clause in re.split(r"(?<=[;。])", passage.text):
            name = next((one for one in _THREE_PUBLIC if one in clause[:20]), "")
            claim = amounts.get(_subject(name))
            reason = _NOT_PLANNED.search(clause)
            position += len(clause)
            if (
                claim is None
                or reason is None
                or not re.search("未安排|没有安排", reason["reason"])
            ):
                continue
            if _OTHER_YEAR.search(reason["reason"]):
                continue
            left = words(
                reason["reason"], f"{quote(name)}的原因", passage.origins[position - len(clause)]
            )
            value = f"{claim['value']:f}{claims.unit(claim)}"
            right = Figure(value, quote(claim["subject"]), (claim["origin"],))
            make = slip if claim["value"] else sound
            yield make("text_reason_unplanned", left, right)


def headings_without_text(prose: Prose) -> Iterator[Identity]:
    """Find a heading that promises an explanation and is followed by the next heading."""
    places = {line.origin for line in prose.headings}
    runs: list[list[Paragraph]] = [[]]
    for block in prose.document.blocks:
        if not isinstance(block, Paragraph) or (squeeze(block.text) and block.origin not in places):
            runs.append([])
        elif block.origin in places:
            runs[-1].append(block)
    printed = Counter(squeeze(line.text) for line in prose.headings)
    for run in runs:
        if len(run) > _LONGEST_RUN:
            continue  # a table of contents
        for heading, following in pairwise(run):
            text, below = squeeze(heading.text), squeeze(following.text)
            is_once = printed[text] == 1  # else one of them stands in the contents
            if (
                is_once
                and _ASKS_FOR_TEXT.search(text)
                and _level(text)
                and _level(below) <= _level(text)
            ):
                left = words(text, "标题", heading.origin)
                yield slip("text_empty_section", left, words(below, "下一行", following.origin))


def _level(heading: str) -> int:
    return 0 if heading.startswith("第") else 2 if heading[0] in "（(" else 1


def statements(
    prose: Prose, claims: Claims, tables: Sequence[BudgetTable], facts: Sequence[Fact]
) -> Iterator[Identity]:
    """Return every identity of sentences that say there is nothing."""
    yield from nothing_of_a_fund(prose, claims, facts)
    yield from empty_tables(tables)
    yield from units_below(prose)
    yield from nought_with_money(prose)
    yield from not_planned(prose, claims)
    yield from headings_without_text(prose)
