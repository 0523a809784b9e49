"""One project under several names: project table, carry-over table, description, target table.

Place in the chain: a family of rules of ``audit``.  Input: evaluations, claims and sheets.  Output:
identities.

Names that differ are taken to mean one project only on evidence: the same unit and amount, and
either words in common or no other project of that amount left over.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

from helpers.amounts import UNIT_FACTORS
from helpers.audit.claims import Claims
from helpers.audit.identity import Figure, Identity, same_text
from helpers.audit.sheets import Sheet
from helpers.document import one_spelling
from helpers.performance import Evaluation

_ALIKE = 0.6  # share of characters two names of one project have in common, in order
_VERY_ALIKE = 0.8  # the same where the amounts differ: this year's money, and that with carry-over
_FEW_PAIRS, _FEW_ALIKE = 400, 20  # beyond these, what is alike proves nothing
_MANY = 3  # tables that make a name usual
_HEAD, _TAIL = 2, 6  # characters two names of one department share at both ends
_HARDLY_ALIKE = 0.2  # the same where no other project has that uneven amount
_MARGIN = 0.1
_DIGITS = re.compile(r"\d+")
_SCALE = "/预算安排规模"
_SOURCE = re.compile(r"(?:非?财政拨款|单位|其他)")
_QUOTES = re.compile(r"[“”\"'‘’「」]")
_IN_BRACKETS = re.compile(r"[（(]([^（）()]+)[)）]$")
_PLACES = {
    "general_public_project_expenditure": ("项目支出表", "合计$"),
    "carry_over_detail": ("结转明细表", "^(?:总计|合计)$"),
}


@dataclass(frozen=True, slots=True)
class Naming:
    """A place that names a project.

    Attributes
    ----------
    name
        As printed, without white space.
    key
        In one spelling, without quotation marks and without the unit in brackets behind it.
    unit
        The budget unit, in one spelling; empty where the place does not say.
    amount
        In yuan; None where none is printed.
    origin, place
        Line, and kind of place.
    """

    name: str
    key: str = field(compare=False)
    unit: str
    amount: Decimal | None
    origin: str
    place: str


def _naming(name: str, unit: str, amount: Decimal | None, origin: str, place: str) -> Naming:
    spelled = _QUOTES.sub("", one_spelling(name))
    return Naming(name, spelled, one_spelling(unit), amount, origin, place)


def described_projects(claims: Claims) -> list[Naming]:
    """Return the projects that have a description; a unit in brackets is no part of the name."""
    found = []
    for claim in claims.rows:
        name, scale, rest = claim["subject"].partition(_SCALE)
        if not scale or rest or claim["value"] is None:
            continue
        factor = UNIT_FACTORS.get(claims.unit(claim))
        amount = None if factor is None else claim["value"] * factor
        place = claims.named_at.get(name, claim["origin"])
        found.append(_naming(name, "", amount, place, "项目说明"))
    return found


def _carried_over(claims: Claims) -> list[Naming]:
    """Return the projects that a sentence on the carry-over names."""
    found = []
    for claim in claims.rows:
        whole, slash, name = claim["subject"].partition("/")
        factor = UNIT_FACTORS.get(claims.unit(claim))
        is_project = slash and whole.endswith("结转结余") and not _SOURCE.match(name)
        if is_project and claim["role"] == "amount" and claim["value"] is not None and factor:
            amount = claim["value"] * factor
            found.append(_naming(name, "", amount, claim["origin"], "结转说明"))
    return found


def _targets(evaluations: Sequence[Evaluation]) -> list[Naming]:
    found = []
    for one in evaluations:
        if one.kind == "target" and one.scope == "project" and not one.name_is_damaged:
            amount = one.budget.in_yuan(one.unit_text or "万元") if one.budget else None
            found.append(_naming(one.name, one.budget_unit, amount, one.name_origin, "绩效目标表"))
    return found


def _listed(sheets: Sequence[Sheet], path: str = "") -> Iterator[list[Naming]]:
    """Return the projects of the project table and of the carry-over table, with their money.

    ``path`` is the column of the amount, where not the total.
    """
    for sheet in sheets:
        place, pattern = _PLACES.get(sheet.table_id, ("", "$^"))
        column = sheet.column(path or pattern) if place else None
        factor = UNIT_FACTORS.get(sheet.unit)
        found = []
        for row in sheet.rows if column and factor else ():
            if not row.line.project or column is None or factor is None:
                continue
            cell = sheet.cell(row, column.path)
            amount = cell.value * factor if isinstance(cell.value, Decimal) else None
            origin = row.line.project_origin or row.line.origin
            found.append(_naming(row.line.project, row.line.unit_name or "", amount, origin, place))
        if found:
            yield found


def likeness(one: str, other: str) -> float:
    """Return the share of characters two names have in common, in order."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _is_named(one: Naming, other: Naming) -> bool:
    """Tell whether two places use one name; a unit in brackets may stand behind it."""
    if one.key == other.key:
        return True
    for long, short in ((one, other), (other, one)):
        bracket = _IN_BRACKETS.search(long.key)
        if bracket and long.key[: bracket.start()] == short.key:
            return not short.unit or bracket.group(1) == short.unit
    return False


class _Index:
    """The projects of one place by their names and by their money."""

    def __init__(self, namings: Sequence[Naming]) -> None:
        self._by_key: dict[str, list[Naming]] = defaultdict(list)
        self._by_plain: dict[str, list[Naming]] = defaultdict(list)
        for one in namings:
            self._by_key[one.key].append(one)
            self._by_plain[_plain(one.key)].append(one)

    def named(self, one: Naming) -> list[Naming]:
        """Return the projects that bear the name of ``one``."""
        plain = _plain(one.key)
        candidates = [*self._by_key[one.key], *self._by_plain[plain], *self._by_key[plain]]
        return [other for other in dict.fromkeys(candidates) if _is_named(one, other)]


def _plain(key: str) -> str:
    """Return a name without what stands in brackets behind it."""
    return _IN_BRACKETS.sub("", key)


def _by_amount(namings: Sequence[Naming]) -> dict[Decimal, list[Naming]]:
    found: dict[Decimal, list[Naming]] = defaultdict(list)
    for one in namings:
        if one.amount is not None:
            found[one.amount].append(one)
    return found


def _pairs(ours: Sequence[Naming], theirs: Sequence[Naming]) -> Iterator[tuple[Naming, Naming]]:
    """Pair projects of two places: by name, else by amount and what is left over."""
    of_ours, of_theirs = _Index(ours), _Index(theirs)
    left: list[Naming] = []
    for one in ours:
        named = of_theirs.named(one)
        exact = [other for other in named if one.unit == other.unit] if len(named) > 1 else named
        if len(exact) == 1:
            yield one, exact[0]
        if not named:
            left.append(one)
    right = [other for other in theirs if not of_ours.named(other)]
    left_amounts, right_amounts = _by_amount(left), _by_amount(right)
    # Names alone are compared only where few are left over.
    rest = right if len(left) * len(right) <= _FEW_PAIRS else []
    for one in left:
        if one.amount is None:
            continue
        equal = right_amounts.get(one.amount, [])
        is_mutual = len(left_amounts[one.amount]) == 1
        if len(equal) == 1 and is_mutual and _is_telling(one, equal[0]):
            found = equal[0]
        elif len(equal) <= _FEW_ALIKE:
            found = _likest(one, equal or rest, _ALIKE if equal else _VERY_ALIKE)
        else:
            found = None
        # The same service of another year is another project.
        if found is not None and _DIGITS.findall(one.key) == _DIGITS.findall(found.key):
            yield one, found


def _is_telling(one: Naming, other: Naming) -> bool:
    """Tell whether an amount alone speaks for one project: many have ten or a hundred 万元."""
    is_round = one.amount is not None and one.amount % UNIT_FACTORS["万元"] == 0
    return not is_round and likeness(one.key, other.key) > _HARDLY_ALIKE


def _likest(one: Naming, others: Sequence[Naming], least: float) -> Naming | None:
    """Return the naming of the likest name, None where none or several are that like."""
    ranked = sorted(((likeness(one.key, other.key), i) for i, other in enumerate(others)))[-2:]
    if not ranked:
        return None
    best = ranked[-1][0]
    is_alone = len(ranked) == 1 or best - ranked[0][0] > _MARGIN
    return others[ranked[-1][1]] if best > least and is_alone else None


def descriptions_of(evaluations: Sequence[Evaluation], claims: Claims) -> dict[str, str]:
    """Return the subject that describes the project of each target table, by its name's place."""
    pairs = _pairs(_targets(evaluations), described_projects(claims))
    return {target.origin: described.name for target, described in pairs}


def project_names(
    evaluations: Sequence[Evaluation], claims: Claims, sheets: Sequence[Sheet]
) -> Iterator[Identity]:
    """Compare the names of a project in every place that names it, one identity a project."""
    targets = _targets(evaluations)
    listed = list(_listed(sheets))
    others: dict[Naming, list[Naming]] = {}
    target_of: dict[Naming, set[Naming]] = defaultdict(set)
    for theirs in (*listed, described_projects(claims)):
        for target, other in _pairs(targets, theirs):
            others.setdefault(target, []).append(other)
            target_of[other].add(target)
    for target, names in others.items():
        yield from _names(target, names)
    sentences = {"项目支出表": described_projects(claims), "结转明细表": _carried_over(claims)}
    for theirs in listed:
        for said, other in _pairs(sentences[theirs[0].place], theirs):
            # Both stand beside their target table already.
            if not target_of[said] & target_of[other]:
                yield from _names(said, [other])


def _names(one: Naming, others: Sequence[Naming]) -> Iterator[Identity]:
    """Compare one name with the others; those that differ come together."""
    label = f"{one.place}的项目名称"
    left = Figure(one.name, label, (one.origin,))
    unlike = [other for other in others if not _is_named(one, other)]
    shown = unlike or others
    names = " / ".join(dict.fromkeys(other.name for other in shown))
    places = "、".join(dict.fromkeys(other.place for other in shown))
    origins = tuple(dict.fromkeys(other.origin for other in shown))
    right = Figure(names, f"{places}的项目名称", origins)
    yield same_text("project_name", one.name, left, right, agree=not unlike)


def department_names(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Report a department that a few tables name shorter or longer than all the rest."""
    named = [one for one in evaluations if one.supervisor]
    ranked = Counter(one_spelling(one.supervisor) for one in named).most_common(1)
    if not ranked or ranked[0][1] < _MANY or ranked[0][1] * 4 < len(named) * 3:
        return
    usual = ranked[0][0]
    first = next(one for one in named if one_spelling(one.supervisor) == usual)
    for one in named:
        name = one_spelling(one.supervisor)
        is_short = (
            name != usual and name[-_TAIL:] == usual[-_TAIL:] and name[:_HEAD] == usual[:_HEAD]
        )
        if name != usual and not is_short:
            continue
        label = f"{one.name or '整体支出'}/主管部门"
        left = Figure(one.supervisor, label, (one.origins.get("supervisor", one.origin),))
        place = first.origins.get("supervisor", first.origin)
        right = Figure(first.supervisor, "其他各表的主管部门", (place,))
        yield same_text("department_name", label, left, right, agree=name == usual)


def fiscal_projects(
    evaluations: Sequence[Evaluation], sheets: Sequence[Sheet]
) -> Iterator[Identity]:
    """Test that a project of the general public budget has fiscal money in its target table."""
    tables = {one.name_origin: one for one in evaluations}
    targets = _targets(evaluations)
    for theirs in _listed(sheets):
        for target, other in _pairs(targets, theirs) if theirs[0].place == "项目支出表" else ():
            evaluation = tables[target.origin]
            fiscal, rest = evaluation.fund("fiscal"), evaluation.fund("other")
            has_fiscal = fiscal is not None and fiscal.budget is not None and fiscal.budget.value
            if rest is None or rest.budget is None or other.amount is None:
                continue
            name = f"{target.name}/目标表资金来源"
            origin = rest.origins.get("budget", target.origin)
            left = Figure(
                "财政拨款" if has_fiscal else f"其他资金{rest.budget.text}", name, (origin,)
            )
            right = Figure("财政拨款", f"{other.place}“{other.name}”的资金来源", (other.origin,))
            agree = bool(has_fiscal)
            yield same_text("project_source", name, left, right, agree)


def carry_over_sources(
    evaluations: Sequence[Evaluation], sheets: Sequence[Sheet]
) -> Iterator[Identity]:
    """Report fiscal money carried over that target tables print as other money; once."""
    tables = {one.name_origin: one for one in evaluations}
    found: list[tuple[Naming, Naming, str]] = []
    for theirs in _listed(sheets, "^财政拨款/合计$"):
        for target, other in _pairs(_targets(evaluations), theirs):
            evaluation = tables[target.origin]
            rest = evaluation.fund("other")
            factor = UNIT_FACTORS.get(evaluation.unit_text or "万元")
            if other.place != "结转明细表" or rest is None or rest.budget is None or not factor:
                continue
            if other.amount and rest.budget.value * factor == other.amount:
                found.append((target, other, rest.origins.get("budget", target.origin)))
    if found:
        more = f"等{len(found)}个项目" if len(found) > 1 else ""
        label = f"{found[0][0].name}{more}的目标表资金来源"
        left = Figure("其他资金", label, tuple(origin for _, _, origin in found))
        right = Figure("财政拨款结转", "结转明细表", tuple(other.origin for _, other, _ in found))
        yield same_text("carry_over_source", label, left, right, agree=False)
