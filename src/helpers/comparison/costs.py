"""Costs compared: scope and definition, change, people paid from projects, the scorecard.

Place in the chain: between ``measures.costs`` and the notebooks.  Input: frames of ``measures`` and
clean data.  Output: tables and sentences to show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pandas as pd
from matplotlib.figure import Figure

from helpers import charts
from helpers.charts import format_amount
from helpers.comparison.labels import (
    amounts_as_text,
    counts_as_text,
    department_of,
    name_disclosures,
    shares_as_text,
)
from helpers.comparison.projects import concentration_as_text
from helpers.measures.touched import together, touches_in
from helpers.reference_data import read_reference
from helpers.traced import touch_html, traced_column
from helpers.wording import label, say

_MANY_UNITS = 6
_CAVEATS = ("disclosure", "year", "phase", "scope", "definition")


def scope_caveats(sources: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Return what to keep in mind about each disclosure before comparing it.

    Parameters
    ----------
    sources
        As :func:`helpers.load_sources` returns it, with ``n_units``.
    items
        Facts of the basic-expenditure table; used for the department's own definition.

    Returns
    -------
    pandas.DataFrame
        ``disclosure, year, phase, scope, definition, read from``.
    """
    own = own_definitions(items)
    rows = []
    for source in sources.to_dict("records"):
        count = source["n_units"]
        scope = "not stated" if not count else "1 unit" if count == 1 else f"{count} units"
        phase = "initial_budget" if source["kind"] == "budget" else "final"
        definition = own.get(
            source["source_id"], "301 + 303 personnel, 302 + 307 + 310 + 399 public"
        )
        if source["source_id"] not in set(items["source_id"]):
            definition = "not checkable: no table of economic items in the document"
        known = (source["department"], source["fiscal_year"], label(phase), scope, definition)
        rows.append((*known, source["conversion"] or "not stated"))
    return pd.DataFrame(rows, columns=[*_CAVEATS, "read from"])


def footnote(sources: pd.DataFrame, items: pd.DataFrame) -> str:
    """Return the caveats that stand under a figure: scope, mixed phases, own definitions."""
    counts = [
        f"{source['department']} {source['n_units'] or 'not stated'}"
        for source in sources.to_dict("records")
    ]
    shown = "; ".join(counts[:_MANY_UNITS]) + ("; …" if len(counts) > _MANY_UNITS else "")
    notes = [say("caveat.footnote", units=shown)]
    if sources["kind"].nunique() > 1:
        notes.append(say("caveat.plans"))
    names = dict(zip(sources["source_id"], sources["department"], strict=True))
    notes += [f"{names[key]}: {text}." for key, text in own_definitions(items).items()]
    return " ".join(notes)


def own_definitions(facts: pd.DataFrame) -> dict[str, str]:
    """Return the disclosures that count economic items against the national definition.

    Some places book part of 302 as 人员经费.  That is their own definition, not an error, and the
    figure is shown as published.

    Parameters
    ----------
    facts
        Items of ``general_public_basic_expenditure``.

    Returns
    -------
    dict
        ``source_id`` to a sentence that names the items.
    """
    classes = {row["economic_class"]: row["cost_type"] for row in read_reference("cost_types")}
    found: dict[str, list[str]] = {}
    for row in facts.to_dict("records"):
        usual = classes.get(row["economic_code"][:3])
        is_column = row["column_path"].endswith(("人员经费", "公用经费"))
        if is_column and usual and row["cost_type"] != usual and row["amount_yuan"]:
            found.setdefault(row["source_id"], []).append(f"{row['economic_code']} {row['label']}")
    return {
        source_id: f"own definition: {', '.join(items)} counted the other way"
        for source_id, items in found.items()
    }


def projects_for_people(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects whose name says that the money pays people.

    They are project expenditure, never part of personnel cost; shown beside it because they do
    similar work.  The words are rows of ``reference/people_projects.csv``.

    Returns
    -------
    pandas.DataFrame
        The rows found, with ``reason``.
    """
    reasons = []
    for name in projects["project_name"]:
        rules = read_reference("people_projects")
        hit = next((rule["reason_en"] for rule in rules if re.search(rule["pattern"], name)), None)
        reasons.append(hit)
    found = projects.assign(reason=reasons)
    return found[found["reason"].notna()].reset_index(drop=True)


def tell_of_people(projects: pd.DataFrame, costs: pd.DataFrame) -> list[str]:
    """Return a sentence per disclosure on project money that pays people, against public cost.

    Parameters
    ----------
    projects
        :func:`projects_for_people` of :func:`counted_projects`.
    costs
        :func:`helpers.measures.cost_structure` with ``label``.
    """
    sentences = []
    for source_id, group in projects.groupby("source_id", sort=False):
        cost = costs[costs["source_id"] == source_id].iloc[0]
        amounts = group["executed_yuan"].where(
            group["executed_yuan"].notna(), group["initial_budget_yuan"]
        )
        total = sum(amounts.dropna(), Decimal(0))
        by_name = amounts.groupby(group["project_name"], sort=False).sum()
        names = ", ".join(f"{name} {format_amount(yuan)}" for name, yuan in by_name.items())
        ratio = float(total / cost["public_yuan"]) if cost["public_yuan"] else None
        touched = together(
            [
                *touches_in(group, "executed_yuan_touched"),
                *touches_in(group, "initial_budget_yuan_touched"),
                cost["public_yuan_touched"],
            ]
        )
        sentences.append(
            say(
                "people.beside",
                who=cost["label"],
                amount=format_amount(total),
                names=names,
                ratio=ratio,
            )
            + touch_html(touched)
        )
    return sentences or [say("people.none")]


def year_on_year(costs: pd.DataFrame, key_figures: pd.DataFrame) -> pd.DataFrame:
    """Return the published changes on the previous year, side by side.

    Returns
    -------
    pandas.DataFrame
        ``label`` and a column per measure that any disclosure states; texts as published with
        sign and their place, missing as missing.
    """
    wanted = {
        "basic_expenditure_growth": "basic expenditure 基本支出",
        "fiscal_expenditure_growth": "general public expenditure 一般公共预算支出",
        "operating_cost_growth": "operating cost 机关运行经费",
        "three_public_growth": "three public expenses “三公”经费",
    }
    rows = []
    for cost in costs.to_dict("records"):
        own = key_figures[key_figures["source_id"] == cost["source_id"]]
        texts = [cost["label"]]
        for measure in wanted:
            stated = own[own["measure"] == measure]
            first = stated.iloc[:1].assign(text=[f"{value:+f} %" for value in stated["value"][:1]])
            places = first.get("origin", ("",) * len(first))
            traced = traced_column(first["text"], first["source_id"], places, touches_in(first))
            texts += traced or [label("missing", lang="en")]
        rows.append(texts)
    return pd.DataFrame(rows, columns=["disclosure", *wanted.values()], dtype=object)


def same_department(costs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield each department with more than one disclosure, its earliest beside its latest.

    Yields
    ------
    pandas.DataFrame
        A row per part: ``part, first_label, last_label, first_yuan, last_yuan, touched``.
    """
    keyed = costs.assign(department=[department_of(source_id) for source_id in costs["source_id"]])
    for _, group in keyed.groupby("department", sort=False):
        if len(group) < 2:
            continue
        ordered = group.sort_values(["fiscal_year", "phase"])
        first, last = ordered.iloc[0], ordered.iloc[-1]
        parts = ("basic", "personnel", "public")
        pair = pd.DataFrame(
            {
                "part": [label(part) for part in parts],
                "first_label": first["label"],
                "last_label": last["label"],
                "first_yuan": [first[f"{part}_yuan"] for part in parts],
                "last_yuan": [last[f"{part}_yuan"] for part in parts],
                "touched": [
                    together(row[f"{part}_yuan_touched"] for row in (first, last)) for part in parts
                ],
            }
        )
        pair.attrs["source_ids"] = [first["source_id"], last["source_id"]]
        yield pair


def tell_pair(pair: pd.DataFrame) -> str:
    """Return the title of one department's two disclosures: personnel cost then and now."""
    personnel = pair.iloc[1]
    return say(
        "cost.years_apart",
        department=personnel["last_label"].split(" ·")[0],
        first=format_amount(personnel["first_yuan"]),
        first_label=personnel["first_label"].split(" ·\u00a0")[-1],
        last=format_amount(personnel["last_yuan"]),
        last_label=personnel["last_label"].split(" ·\u00a0")[-1],
    )


def paid_to_families(items: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return class 303 of each disclosure as a share of its personnel cost, with ``label``.

    Parameters
    ----------
    items
        :func:`helpers.measures.item_shares`.

    Returns
    -------
    pandas.DataFrame
        ``label, amount_yuan, share`` (0-1, of personnel cost as its items add up), ``touched``.
    """
    personnel = items[items["cost_type"] == "personnel"]
    families = personnel[personnel["economic_code"].str.startswith("303")]
    by = ["source_id", "fiscal_year", "phase"]
    sums = families.groupby(by, sort=False).agg(
        amount_yuan=("amount_yuan", "sum"),
        share=("share", "sum"),
        touched=("share_touched", "first"),
    )
    return name_disclosures(sums.reset_index(), sources)


def tell_families(items: pd.DataFrame, sources: pd.DataFrame) -> list[str]:
    """Return a sentence per disclosure on :func:`paid_to_families`."""
    return [
        say(
            "cost.retirees",
            who=row["label"],
            amount=format_amount(row["amount_yuan"]),
            share=row["share"],
        )
        + touch_html(row["touched"])
        for row in paid_to_families(items, sources).to_dict("records")
    ]


def draw_pair(pair: pd.DataFrame, title: str) -> Figure:
    """Draw one department's two disclosures, as :func:`same_department` yields them."""
    return charts.dumbbell(
        pair,
        title=title,
        label="part",
        start="first_yuan",
        end="last_yuan",
        quantity="amount",
        start_name=pair["first_label"].iloc[0],
        end_name=pair["last_label"].iloc[0],
    )


def scorecard(
    costs: pd.DataFrame, concentration: pd.DataFrame, sources: pd.DataFrame
) -> pd.DataFrame:
    """Return the main figures of each disclosure in one column each, with year and phase on top.

    Parameters
    ----------
    costs
        :func:`helpers.measures.cost_structure` with ``label``.
    concentration
        :func:`helpers.measures.project_concentration` of :func:`counted_projects`.
    sources
        The disclosures, in the order of the columns.

    Returns
    -------
    pandas.DataFrame
        A row per measure, a column per disclosure; texts with their unit.
    """
    amounts = ["basic_yuan", "personnel_yuan", "public_yuan", "three_public_yuan"]
    per_person = ["basic_per_person", "personnel_per_person", "public_per_person"]
    shares = ["personnel_share", "public_share", "three_public_to_public_share"]
    costs = shares_as_text(amounts_as_text(costs, amounts + per_person), shares)
    costs = counts_as_text(costs, ["persons_in_post"])
    kept = concentration_as_text(concentration)
    rows = {
        **{label(column): (costs, column) for column in amounts[:3]},
        label("persons_in_post"): (costs, "persons_in_post"),
        **{label(column): (costs, column) for column in [*shares[:2], *per_person]},
        label("three_public"): (costs, "three_public_yuan"),
        label("three_public_to_public_share"): (costs, "three_public_to_public_share"),
        label("n"): (kept, "n"),
        label("total_yuan"): (kept, "total_yuan"),
        label("cr1"): (kept, "cr1"),
        label("cr3"): (kept, "cr3"),
        label("hhi"): (kept, "hhi"),
        label("effective_number"): (kept, "effective_number"),
        label("gini"): (kept, "gini"),
    }
    names = name_disclosures(sources[["source_id"]], sources)
    card = {
        name: {row: _cell(frame, source_id, column) for row, (frame, column) in rows.items()}
        for source_id, name in zip(names["source_id"], names["label"], strict=True)
    }
    return pd.DataFrame(card, index=list(rows), dtype=object)


def _cell(frame: pd.DataFrame, source_id: str, column: str) -> str:
    values = frame.loc[frame["source_id"] == source_id, column]
    if not len(values) or pd.isna(values.iloc[0]):
        return label("missing", lang="en")
    value = values.iloc[0]
    return value if isinstance(value, str) else str(value)


def tell_extremes(costs: pd.DataFrame) -> list[str]:
    """Return who spends the largest share on people and who on the office; needs two who say."""
    stated = costs[costs["personnel_share"].notna()].sort_values("personnel_share")
    if len(stated) < 2:
        return []
    most, least = stated.iloc[-1], stated.iloc[0]
    return [
        say("cost.highest", who=most["label"], share=most["personnel_share"])
        + touch_html(most["personnel_share_touched"]),
        say("cost.lowest", who=least["label"], share=least["public_share"])
        + touch_html(least["public_share_touched"]),
    ]


def result_of_costs(costs: pd.DataFrame) -> str:
    """Return the one line that sums up personnel against public cost."""
    stated = costs["personnel_share"].dropna()
    if stated.empty:
        return say("result.none")
    return say("result.costs", n=len(stated), low=stated.min(), high=stated.max())


def result_of_comparison(costs: pd.DataFrame, sources: pd.DataFrame) -> str:
    """Return the one line that sums up a comparison."""
    shares = costs["personnel_share"].dropna()
    per_head = costs["personnel_per_person"].dropna().sort_values().map(format_amount)
    if shares.empty or per_head.empty:
        return say("result.none")
    return say(
        "result.compare",
        n=len(sources),
        low=shares.min(),
        high=shares.max(),
        low_head=per_head.iloc[0],
        high_head=per_head.iloc[-1],
    )
