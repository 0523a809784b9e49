"""Projects said to be added during the year (年中追加) against their self-evaluations.

Place in the chain: a family of rules of ``audit``.  Input: prose.  Output: identities.

What is added during the year has no initial budget, or a smaller one.  A self-evaluation whose
initial budget is not below that of the whole year says the opposite.  Which of the two is right,
nothing tells: some offices enter as initial what was allowed when the target was set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.audit.identity import Figure, Identity
from helpers.audit.words.prose import Prose, heading_of, slip, sound, words
from helpers.document import one_spelling, squeeze
from helpers.performance import Evaluation

_ADDED = re.compile(
    r"年中追加(?:了)?(?:项目(?:资金|经费)?)?(?P<names>(?:[^,;。()]|\((?:[^()]|\([^()]*\))*\))+)"
)
_BREAK = re.compile(r"[、,;]|及其?(?=[^、]{6,}项目)")
_ENDING = re.compile(r"(?:等)?(?:项目|经费|资金|补助|费用?)?$")
_SHORTEST = 6  # fewer characters stand in several names


def _names(listed: str) -> list[str]:
    """Return the names of a list, which may stand in brackets, in one spelling."""
    inner = listed[1:-1] if listed.startswith("(") and listed.endswith(")") else listed
    found = [_ENDING.sub("", one_spelling(name)) for name in _BREAK.split(inner)]
    return [name for name in found if len(name) >= _SHORTEST]


def _meant(prose: Prose, name: str) -> Evaluation | None:
    """Return the only self-evaluation of a project whose name holds the words of a sentence."""
    found = [
        one
        for one in prose.evaluations
        if one.kind == "self_evaluation"
        and one.scope == "project"
        and not one.name_is_damaged
        and name in one_spelling(one.name)
    ]
    return found[0] if len(found) == 1 else None


def _is_not_below(one: Evaluation) -> bool:
    initial, whole = one.initial_budget, one.adjusted_budget
    return bool(initial and whole and initial.value and initial.value >= whole.value)


def added_projects(prose: Prose) -> Iterator[Identity]:
    """Compare the projects that a reason calls added with their initial budget, once a list."""
    for passage in prose.statements:
        for match in _ADDED.finditer(passage.text):
            # The sign between names may stand within a name, too.
            named = [one for name in _names(match["names"]) if (one := _meant(prose, name))]
            meant = list({one.origin: one for one in named}.values())
            if not meant:
                continue
            label = f"{heading_of(passage)}/原因"
            left = words(match.group(), label, passage.origins[match.start()])
            contrary = [one for one in meant if _is_not_below(one)]
            if not contrary:
                yield sound("text_added_project", left, words("低于全年预算数", "年初预算数"))
                continue
            first = contrary[0]
            more = f"等{len(contrary)}个项目" if len(contrary) > 1 else ""
            places = [
                row.origins.get("initial_budget", one.origin)
                for one in contrary
                if (row := one.fund("total"))
            ]
            assert first.initial_budget is not None
            right = Figure(
                f"{squeeze(first.initial_budget.text)}{first.unit_text or '万元'}",
                f"{first.name}{more}自评表的年初预算数（不低于全年预算数）",
                tuple(dict.fromkeys(places)),
            )
            repeats = "、".join(one.origin for one in contrary)
            yield slip("text_added_project", left, right, repeats=repeats)
