"""Words of direction against figures: 增加, 减少, 持平, 大于, and the reasons given for them.

Place in the chain: a family of rules of ``audit``.  Input: prose, claims, facts.  Output:
identities.

That figures and their direction disagree is certain.  That a reason explains the opposite of what
happened is not: a reason may name the larger of two movements.  It is reported where it names only
the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from helpers.audit.claims import Claims
from helpers.audit.identity import Figure, Identity
from helpers.audit.words.prose import Prose, heading_of, quote, slip, sound, words
from helpers.document import squeeze
from helpers.passages import Passage

_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_UP, _DOWN = r"增加|增长|增", r"减少|下降|降低|减|降"
_CHANGE = re.compile(
    rf"(?P<word>{_UP}|{_DOWN})(?:了)?(?P<change>{_AMOUNT})(?P<unit>万?元)"
    rf"(?:[,、(]?(?P<word2>增长率?|增幅|增加率?|增|下降率?|降低|降幅|减少率?|减幅|减)(?:为|了)?"
    rf"(?P<rate>{_AMOUNT})%\)?)?"
)
_REASON = re.compile(
    r"[,。;]?(?:(?:增加|增长|减少|下降|降低|变动|变化|持平|增减)的?)?(?:主要)?(?:变动|变化)?原因(?:一?是|为|一是)?:?"
    r"|[,。;](?:主要)?(?:是因为|是由于|原因在于|系)"
)
_BUDGET_AND_FINAL = re.compile(
    rf"(?:年初|全年|调整)?预算(?:数)?为?(?P<budget>{_AMOUNT})(?P<unit>万?元)[,;](?:支出)?决算(?:数)?为?"
    rf"(?P<final>{_AMOUNT})(?P=unit)"
)
_RELATION = re.compile(
    r"决算数?(?P<word>大于|高于|超过|小于|低于|等于|与|同)(?:年初|全年|调整)?预算数?(?P<flat>持平|一致|相同)?"
)
# 基本持平 allows a change; a change against another year or sum is another change.
_FLAT = r"(?P<flat>持平|一致|相同|(?:无|没有|未发生)(?:增减)?变化|保持不变)"
_BASE = r"[与和同比较](?P<base>(?:上年|去年|20\d\d年)度?(?:预算|决算|执行)?)数?(?:相比|相较)?,?"
_SAME_BASE = r"(?:[与和同比较](?P=base)数?(?:相比|相较)?,?)"
_STATED = rf"(?P<word>{_UP}|{_DOWN})了?(?P<change>{_AMOUNT})(?P<unit>万?元)"
_RATE = rf"(?:[,、(](?:{_UP}|{_DOWN})(?:率|幅度?)?(?:为|了)?{_AMOUNT}%\)?)?"
_UNCHANGED = (
    re.compile(rf"{_BASE}{_STATED}{_RATE}[,、(]?{_SAME_BASE}{_FLAT}"),
    re.compile(rf"{_BASE}{_FLAT}[,、(]{_SAME_BASE}?{_STATED}"),
)
_FELL = re.compile(
    r"减少|降低|下降|压减|压缩|节约|减缩|缩减|精简|从紧|严格(?:控制|执行)|加强[^,;。]{0,6}管理"
)
_ROSE = re.compile(r"增加|增长|提高|上涨|上调|上升|新增|扩大|追加")
_SAME = re.compile(
    r"一致|持平|未安排|没有安排|无|不变|相同|延续|均|未发生|未变|稳定|没有|与上年|未产生|0\.?0*万?元|保持"
)
_ONLY_FELL = re.compile(r"减少|降低|下降|压减|压缩|节约|缩减")
_HINTS_OF_RISE = re.compile(r"[增涨提新追扩高多上调加补首转入列安续历并实缴]")
_HINTS_OF_FALL = re.compile(r"[减降压节少低退调完结转不未无上停取短缓撤离去亡一收缩已抵免]")
_STAFF = re.compile(
    r"(?:^|[,;:。、是因])(?P<who>在职|本年在职|单位|)?(?:职工|人员)(?:人数|数量)?(?P<word>增加|减少)(?=[,;。]|$)"
)
_RETIRED = re.compile(r"(?P<who>退休)(?:职工|人员)(?:人数|数量)?(?P<word>增加|减少)(?=[,;。]|$)")
_FEWER = re.compile(
    r"(?:^|[,;:。、是因])(?P<word>(?:职工|人员)(?:人数|数量)?减少|减少(?:[一二两三四五六七八九十]|\d+)[人名])"
    r"(?=[,;。]|$)"
)
_NEAR = 160  # characters from figures to the word on them
_GOES_ON = re.compile(r"[二三四五六]是")
_NAMES_ITEM = 4  # characters of an item's name that a reason must repeat

Fact = Mapping[str, Any]


def _value(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _is_up(word: str) -> bool:
    return word[0] == "增"


def change_and_rate(prose: Prose) -> Iterator[Identity]:
    """Compare the direction of a change with that of its rate."""
    for passage in prose.statements:
        for match in _CHANGE.finditer(passage.text):
            if not match["rate"] or not _value(match["change"]) or not _value(match["rate"]):
                continue
            place = passage.origins[match.start()]
            left = words(
                f"{match['word']}{match['change']}{match['unit']}", heading_of(passage), place
            )
            right = words(f"{match['word2']}{match['rate']}%", "同句增减率", place)
            make = sound if _is_up(match["word"]) == _is_up(match["word2"]) else slip
            yield make("text_direction", left, right)


def unchanged(prose: Prose) -> Iterator[Identity]:
    """Compare 持平 with the change stated beside it."""
    for passage in prose.statements:
        for match in chain(*(one.finditer(passage.text) for one in _UNCHANGED)):
            if _value(match["change"]):
                place = passage.origins[match.start("word")]
                stated = words(
                    f"{match['word']}{match['change']}{match['unit']}", heading_of(passage), place
                )
                yield slip(
                    "text_direction",
                    stated,
                    words(match["flat"], "同句", passage.origins[match.start("flat")]),
                )


def relations(prose: Prose) -> Iterator[Identity]:
    """Compare 决算数大于、小于、等于预算数 with the two figures before it."""
    for passage in prose.statements:
        for match in _BUDGET_AND_FINAL.finditer(passage.text):
            relation = _RELATION.search(passage.text, match.end())
            following = _BUDGET_AND_FINAL.search(passage.text, match.end())
            if relation is None or (following and following.start() < relation.start()):
                continue
            if relation.start() - match.end() > _NEAR:
                continue
            if relation["word"] in ("与", "同") and not relation["flat"]:
                continue
            budget, final = _value(match["budget"]), _value(match["final"])
            place = passage.origins[relation.start()]
            left = words(relation.group(), heading_of(passage), place)
            right = words(match.group(), "同段金额", passage.origins[match.start()])
            stated = {"大": 1, "高": 1, "超": 1, "小": -1, "低": -1}.get(relation["word"][0], 0)
            agrees = stated == (final > budget) - (final < budget)
            yield (sound if agrees else slip)("text_relation", left, right)


def _reasons(passage: Passage) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each change of a passage with the reason stated for it."""
    changes = list(_CHANGE.finditer(passage.text))
    for number, change in enumerate(changes):
        opened = _REASON.match(passage.text, change.end())
        if opened is None or "原因" not in opened.group() + passage.text[opened.end() :][:1]:
            continue
        end = changes[number + 1].start() if number + 1 < len(changes) else len(passage.text)
        reason, *more = passage.text[opened.end() : end].split("。")
        for sentence in more:
            if not _GOES_ON.match(sentence):
                break
            reason += "。" + sentence
        # The clause that names the next figure is no reason of this one.
        if number + 1 < len(changes) and not more:
            reason = reason.rpartition(";")[0] or reason.rpartition(",")[0]
        if reason:
            yield change, reason


def reasons(prose: Prose) -> Iterator[Identity]:
    """Compare each reason with the direction of the change it explains."""
    for passage in prose.statements:
        for change, reason in _reasons(passage):
            value, up = _value(change["change"]), _is_up(change["word"])
            if not value:
                agrees = bool(_SAME.search(reason)) or not (
                    _FELL.search(reason) or _ROSE.search(reason)
                )
            elif up:
                agrees = not _ONLY_FELL.search(reason) or bool(_HINTS_OF_RISE.search(reason))
            else:
                agrees = not _ROSE.search(reason) or bool(_HINTS_OF_FALL.search(reason))
            place = passage.origins[change.start()]
            shown = f"{change['word']}{change['change']}{change['unit']}"
            left = words(reason, f"{heading_of(passage)}/原因", passage.origins[change.end() - 1])
            right = words(shown, _subject_of(passage.text, change.start()), place)
            yield (sound if agrees else slip)("text_reason", left, right)


def staff_reasons(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Compare 人员增加 as a reason with the change of staff that the institution section states."""
    stated: dict[str, tuple[Decimal, str]] = {}
    for claim in claims.rows:
        if claim["role"] == "change" and claim["unit"] == "人" and claim["value"] is not None:
            sign = -1 if claim["direction"] == "decrease" else 1
            for kind in ("在职", "退休", "离休"):
                if kind in claim["subject"].rpartition("/")[2]:
                    stated.setdefault(kind, (sign * claim["value"], claim["origin"]))
    for passage in prose.statements:
        # Retirements show in the money of another year.
        for change, reason in _reasons(passage):
            for kind, pattern in (("在职", _STAFF), ("退休", _RETIRED)):
                match = pattern.search(reason)
                if match is None or kind not in stated:
                    continue
                value, origin = stated[kind]
                up = match["word"] == "增加"
                is_contrary = value <= 0 if up else value >= 0
                if kind == "在职" and not up and not match["who"]:
                    continue  # one who died or left the books is staff, too
                left = words(
                    match.group().lstrip(",;:。、是因"),
                    f"{heading_of(passage)}/原因",
                    passage.origins[change.end() - 1],
                )
                right = words(f"{'增加' if value >= 0 else '减少'}{abs(value)}人", kind, origin)
                yield (slip if is_contrary else sound)("text_reason_staff", left, right)
            if (fewer := _FEWER.search(reason)) and {"在职", "退休"} <= stated.keys():
                # Who left is not said: somebody must have.
                changes = "、".join(
                    f"{kind}{'增加' if value >= 0 else '减少'}{abs(value)}人"
                    for kind, (value, _) in stated.items()
                )
                place = passage.origins[change.end() - 1]
                left = words(fewer["word"], f"{heading_of(passage)}/原因", place)
                right = words(changes, "人员情况", *(origin for _, origin in stated.values()))
                is_contrary = all(value >= 0 for value, _ in stated.values())
                yield (slip if is_contrary else sound)("text_reason_staff", left, right)


def reason_amounts(claims: Claims, facts: Sequence[Fact]) -> Iterator[Identity]:
    """Compare an amount that a reason names for an item with the tables.

    Only where the tables print the amount for another item is the name wrong for certain.
    """
    by_name: dict[str, dict[Decimal, tuple[str, str]]] = {}
    places: dict[Decimal, tuple[str, str]] = {}
    for fact in facts:
        if fact["line_role"] != "item" or not fact["amount_yuan"]:
            continue
        name = re.sub(r"(?:缴费支出|缴费|支出|费用)$", "", squeeze(fact["label"]))
        printed = (squeeze(fact["label"]), fact["origin"])
        by_name.setdefault(name, {}).setdefault(fact["amount_yuan"], printed)
        places.setdefault(fact["amount_yuan"], (fact["label"], fact["origin"]))
    for claim in claims.rows:
        leaf = claim["subject"].rpartition("/")[2]
        if claim["role"] != "amount" or not claim["value"] or claims.unit(claim) != "万元":
            continue
        if not re.search(r"原因|预算(?:拨付|安排)|拨付", claim["text"] + leaf):
            continue
        named = [name for name in by_name if len(name) >= _NAMES_ITEM and leaf.endswith(name)]
        amount = claim["value"] * 10000
        if not named:
            continue
        own = {value: printed for name in named for value, printed in by_name[name].items()}
        left = Figure(f"{leaf}{claim['value']:f}万元", quote(leaf), (claim["origin"],))
        tolerance = Decimal(100)  # two roundings to 0.01 万元
        if any(abs(one - amount) <= tolerance for one in own):
            yield sound("text_reason_amount", left, words("一致", "表中金额"))
        elif amount in places:
            other, _ = places[amount]
            value, (label, origin) = next(iter(own.items()))
            what = f"表中{label}（{claim['value']:f}万元为{squeeze(other)}）"
            right = Figure(f"{value / 10000:f}万元", what, (origin, places[amount][1]))
            yield slip("text_reason_amount", left, right)


def _subject_of(text: str, position: int) -> str:
    """Return the words before a change that say whose it is."""
    clause = re.split(r"[;。:]", text[:position])[-1]
    named = re.match(r"(?:其中:?|\d+[.、])*([\u4e00-\u9fff“”\"()]+)", clause)
    return (
        quote(re.sub(r"(?:支出)?(?:比上年|与上年|较上年|增加|减少).*$", "", named[1]))
        if named
        else "同句"
    )


def directions(prose: Prose, claims: Claims, facts: Sequence[Fact]) -> Iterator[Identity]:
    """Return every identity of words of direction and of the reasons for them."""
    yield from change_and_rate(prose)
    yield from unchanged(prose)
    yield from relations(prose)
    yield from reasons(prose)
    yield from staff_reasons(prose, claims)
    yield from reason_amounts(claims, facts)
