"""Units in words: a figure without one, a rate without %, 万 for 万元, 元 for 万元.

Place in the chain: a family of rules of ``audit``.  Input: prose and claims.  Output: identities.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from helpers.audit.claims import MONEY, UNIT_PRICE, Claim, Claims, decimals_of_value
from helpers.audit.identity import Identity
from helpers.audit.words.prose import Prose, described, heading_of, quote, slip, words
from helpers.document import squeeze
from helpers.sentence_figures import MONEY as MONEY_UNITS

_RATE_ALONE = re.compile(
    r"(?:(?:执行率|完成率|差异率|满意率|满意度|增长率|覆盖率|合格率|及时率|占比)(?:为|达到|达|是)?|"
    r"(?:增长|下降|占)(?=\d+\.))(?P<value>\d{1,3}(?:\.\d+)?)(?=,(?!\d)|[。;)]|$)"
)
_MONEY_IN_YUAN = re.compile(r"(?P<value>\d+\.\d+)元")
_OF_THE_WHOLE = frozenset({"change", "budget", "final"})
_MOSTLY = 4  # times as many amounts of a section have a unit
_SHORT = "万"
# Fewer digits repeat by chance.
_SIGNIFICANT = 3


def _is_bare(claim: Claim) -> bool:
    return claim["role"] in MONEY and bool(claim["value"]) and not claim["unit"]


def without_unit(claims: Claims) -> Iterator[Identity]:
    """Find amounts without unit beside those of the line, or of the section, that have one."""
    with_unit = {claim["origin"] for claim in claims.rows if claim["unit"] in MONEY_UNITS}
    measured = Counter(claim["section"] for claim in claims.rows if claim["unit"] in MONEY_UNITS)
    bare = Counter(claim["section"] for claim in claims.rows if _is_bare(claim))
    for claim in claims.rows:
        section = claim["section"]
        is_rare = bool(section) and measured[section] >= _MOSTLY * bare[section]
        if _is_bare(claim) and (claim["origin"] in with_unit or is_rare):
            left = words(f"{claim['value']:f}", quote(claim["subject"]), claim["origin"])
            right = words(f"{claim['value']:f}{claims.usual_unit}", "应为")
            yield slip("text_unit_missing", left, right)


def short_units(claims: Claims) -> Iterator[Identity]:
    """Find 万 where the document writes 万元; one finding for a sentence."""
    if claims.usual_unit != "万元":
        return
    seen: set[str] = set()
    for claim in claims.rows:
        if claim["unit"] == _SHORT and claim["value"] is not None and claim["origin"] not in seen:
            seen.add(claim["origin"])
            count = sum(
                one["origin"] == claim["origin"] and one["unit"] == _SHORT for one in claims.rows
            )
            more = f"（{count}处）" if count > 1 else ""
            name = claim["subject"].partition("/")[0]
            left = words(f"{claim['value']:f}{_SHORT}", f"{quote(name)}{more}", claim["origin"])
            yield slip("text_unit_short", left, described("应写作万元"))


def rates_alone(prose: Prose) -> Iterator[Identity]:
    """Find rates without % in sentences."""
    texts = [(heading_of(one), one.text, one.origins) for one in prose.statements]
    texts += [(name, text, (place,) * len(text)) for name, text, place in prose.goals]
    for name, text, origins in texts:
        if prose.is_recognised:
            continue
        for match in _RATE_ALONE.finditer(text):
            left = words(match.group(), name, origins[match.start()])
            yield slip("text_unit_missing", left, words(f"{match['value']}%", "应为"))


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def yuan_for_wan(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Find an amount in 元 that stands with 万元 elsewhere in the same table or in the tables."""
    for evaluation in prose.evaluations:
        cells = [
            (squeeze(text), one.level3, one.origin)
            for one in evaluation.indicators
            for text in (one.target, one.actual)
        ]
        for field in ("goal", "result"):
            for match in _MONEY_IN_YUAN.finditer(squeeze(getattr(evaluation, field))):
                amount = f"{match['value']}万元"
                for text, name, origin in cells:
                    if re.search(rf"(?<![\d.]){re.escape(amount)}", text):
                        place = evaluation.origins.get(field, evaluation.origin)
                        label = evaluation.name or "整体支出"
                        left = words(match.group(), label, place)
                        yield slip("text_unit_scale", left, words(amount, name, origin))
                        break
    in_wan = {
        claim["value"]: claim
        for claim in claims.rows
        if claim["role"] in MONEY and claim["unit"] == "万元" and claim["value"]
    }
    for claim in claims.rows:
        value = claim["value"]
        if claim["unit"] != "元" or claim["role"] not in MONEY or not value:
            continue
        other = in_wan.get(value)
        is_price = UNIT_PRICE.search(claim["subject"] + claim["text"])
        if other is None or is_price or _digits(value) < _SIGNIFICANT:
            continue
        if decimals_of_value(value) and claims.usual_unit == "万元":
            left = words(f"{value:f}元", quote(claim["subject"]), claim["origin"])
            right = words(f"{value:f}万元", quote(other["subject"]), other["origin"])
            yield slip("text_unit_scale", left, right)


def other_unit_in_section(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Find a change, a budget or a final amount in 元 in a section whose amounts are in 万元."""
    projects = {place for one in prose.passages if one.project for place in one.origins}
    usual = Counter(claim["section"] for claim in claims.rows if claim["unit"] == "万元")
    for claim in claims.rows:
        if (
            claim["unit"] == "元"
            and claim["role"] in _OF_THE_WHOLE
            and claim["value"]
            and decimals_of_value(claim["value"])
            and claims.usual_unit == "万元"
            and usual[claim["section"]] >= _MOSTLY
            and claim["origin"] not in projects
            and not UNIT_PRICE.search(claim["subject"] + claim["text"])
        ):
            left = words(f"{claim['value']:f}元", quote(claim["subject"]), claim["origin"])
            yield slip("text_unit_scale", left, words("万元", "同节其余金额"))


def text_units(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Return every identity of units in words."""
    yield from without_unit(claims)
    yield from short_units(claims)
    yield from rates_alone(prose)
    yield from yuan_for_wan(prose, claims)
    yield from other_unit_in_section(prose, claims)
