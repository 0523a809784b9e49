"""The figures of the comparative notebooks: drawn, titled, captioned and described.

Place in the chain: last before the notebooks.  Input: frames of ``measures`` and of this package.
Output: a :class:`Drawing`, or None where the disclosures state nothing to draw, so that a notebook
runs over any list of disclosures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from helpers import charts, measures
from helpers.charts import format_amount
from helpers.comparison.costs import draw_pair, footnote, same_department, tell_pair
from helpers.comparison.labels import (
    alt_text,
    caption,
    mixed_phases,
    name_disclosures,
    sources_of,
)
from helpers.comparison.projects import (
    draw_phases,
    largest_by_phase,
    lorenz_by_disclosure,
    ranked_by_disclosure,
    smaller_half,
    tell_phases,
)
from helpers.comparison.touched import all_touches, flag_disclosures, flag_rows, touched_by_source
from helpers.measures.touched import Touches, together, touches_in
from helpers.traced import touch_html
from helpers.wording import label, say

_TABLE_6 = "Table 6"
_COST_PLACES = "Table 6 (budgets), section six (final accounts)"


class Drawing(NamedTuple):
    """A figure with what must stand beside it; ``touches`` are the findings on what it shows."""

    figure: Figure
    caption: str
    alt: str
    touches: Touches = ()


def _stated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[frame[column].notna()].reset_index(drop=True)


def draw_shares(costs: pd.DataFrame, sources: pd.DataFrame, items: pd.DataFrame) -> Drawing | None:
    """Draw the shares of personnel and public cost in their sum.

    Parameters
    ----------
    costs
        :func:`helpers.measures.cost_structure` with ``label``.
    sources, items
        Disclosures, and facts of the basic-expenditure table, for the caveats.
    """
    stated = _stated(costs, "personnel_share")
    if stated.empty:
        return None
    low, high = stated["personnel_share"].min(), stated["personnel_share"].max()
    shown, touched = (
        sources_of(stated, sources),
        touched_by_source(stated, "personnel_share_touched"),
    )
    figure = charts.stacked_shares(
        measures.cost_parts(flag_disclosures(stated, touched)),
        title=say("title.personnel_share", low=low, high=high, mixed=mixed_phases(stated)),
        amount="amount_yuan",
        footnote=footnote(shown, items),
    )
    alt = alt_text("Personnel share", stated, "personnel_share", ".1%")
    return Drawing(figure, caption(shown, _COST_PLACES), alt, all_touches(touched))


def draw_per_person(
    costs: pd.DataFrame, sources: pd.DataFrame, items: pd.DataFrame
) -> Drawing | None:
    """Draw personnel and public cost per person in post; parameters as :func:`draw_shares`."""
    stated = _stated(costs, "personnel_per_person")
    if stated.empty:
        return None
    amounts = stated["personnel_per_person"].sort_values().map(format_amount)
    shown = sources_of(costs, sources)
    parts = ("personnel_per_person_touched", "public_per_person_touched")
    touched = touched_by_source(costs, *parts)
    figure = charts.amount_bars(
        measures.cost_parts(flag_disclosures(costs, touched)),
        title=say(
            "title.per_person",
            low=amounts.iloc[0],
            high=amounts.iloc[-1],
            mixed=mixed_phases(costs),
        ),
        quantity="per person in post",
        group="part",
        amount="per_person",
        footnote=footnote(shown, items),
    )
    alt = alt_text("Personnel cost per person in post", costs, "personnel_per_person")
    place = f"{_COST_PLACES}, institution section"
    return Drawing(figure, caption(shown, place), alt, all_touches(touched))


def draw_items(
    items: pd.DataFrame, cost_type: str, sources: pd.DataFrame, facts: pd.DataFrame, n: int = 7
) -> Drawing | None:
    """Draw what personnel or public cost is made of: the n largest items and the gathered tail.

    Parameters
    ----------
    items
        :func:`helpers.measures.item_shares`.
    cost_type
        ``personnel`` or ``public``.
    """
    own = items[items["cost_type"] == cost_type]
    if own.empty:
        return None
    by = ["source_id", "fiscal_year", "phase"]
    kept = name_disclosures(measures.gather_tail(own, n, within=by), sources)
    first = own.groupby("item", sort=False)["amount_yuan"].sum().map(float).idxmax()
    denominator = label(cost_type, lang="en")
    shown, touched = sources_of(kept, sources), touched_by_source(own, "share_touched")
    figure = charts.item_stack(
        flag_disclosures(kept, touched),
        title=say(f"title.{cost_type}_items", item=first, mixed=mixed_phases(kept)),
        denominator=denominator,
        footnote=footnote(shown, facts),
    )
    same = kept[kept["item"] == first]
    alt = alt_text(f"{first} as a share of {denominator}", same, "share", ".1%")
    return Drawing(figure, caption(shown, _TABLE_6), alt, all_touches(touched))


def draw_deviations(
    items: pd.DataFrame, sources: pd.DataFrame, facts: pd.DataFrame
) -> Drawing | None:
    """Draw each item's share minus the pooled share; nothing to draw for a lone disclosure."""
    if items["source_id"].nunique() < 2:
        return None
    apart = name_disclosures(items, sources)
    top = apart.loc[apart["deviation"].abs().idxmax()]
    shown, touched = sources_of(apart, sources), touched_by_source(apart, "share_touched")
    figure = charts.deviation_dots(
        flag_disclosures(apart, touched),
        title=say("title.deviation", item=top["item"], who=top["label"], mixed=mixed_phases(apart)),
        footnote=footnote(shown, facts),
    )
    same = apart[apart["item"] == top["item"]]
    points = same.assign(points=100 * same["deviation"])
    alt = alt_text(f"{top['item']}, percentage points", points, "points", "+.1f")
    return Drawing(figure, caption(shown, _TABLE_6), alt, all_touches(touched))


def tell_deviation(items: pd.DataFrame, sources: pd.DataFrame) -> str:
    """Return the sentence on the item that sets a disclosure apart most; empty if none does."""
    if items["source_id"].nunique() < 2:
        return ""
    top = name_disclosures(items.loc[[items["deviation"].abs().idxmax()]], sources).iloc[0]
    return say(
        "cost.deviation",
        item=top["item"],
        who=top["label"],
        share=top["share"],
        pooled=top["pooled_share"],
        others=top["others_share"],
    ) + touch_html(together(touches_in(items, "share_touched")))


def draw_watched(items: pd.DataFrame, sources: pd.DataFrame, facts: pd.DataFrame) -> Drawing | None:
    """Draw heating, vehicles, reception and training as shares of public cost."""
    watched = measures.watched_shares(items)
    if watched["share"].notna().sum() == 0:
        return None
    watched = name_disclosures(watched, sources)
    largest = watched.loc[watched["share"].idxmax()]
    shown = sources_of(watched, sources)
    touched = touched_by_source(items[items["cost_type"] == "public"], "share_touched")
    figure = charts.share_bars(
        flag_disclosures(watched, touched),
        title=say(
            "title.watched",
            item=largest["item"],
            share=largest["share"],
            who=largest["label"],
            mixed=mixed_phases(watched),
        ),
        quantity="share of public cost",
        group="item",
        footnote=footnote(shown, facts),
    )
    named = watched.assign(what=watched["label"] + ", " + watched["item"])
    alt = alt_text("Shares of public cost", named, "share", ".1%", "what")
    return Drawing(figure, caption(shown, _TABLE_6), alt, all_touches(touched))


def draw_pairs(costs: pd.DataFrame, sources: pd.DataFrame) -> Iterator[Drawing]:
    """Draw each department that is here with more than one disclosure."""
    for pair in same_department(costs):
        title = tell_pair(pair)
        own = sources[sources["source_id"].isin(pair.attrs["source_ids"])]
        alt = f"{alt_text(title, pair, 'first_yuan', name='part')} Then: " + alt_text(
            "", pair, "last_yuan", name="part"
        ).lstrip(". ")
        figure = draw_pair(flag_rows(pair, "part", "touched"), title)
        touches = all_touches(pair["touched"])
        yield Drawing(figure, caption(own, _COST_PLACES), alt, touches)


def draw_ranked(projects: pd.DataFrame, sources: pd.DataFrame, n: int) -> Iterator[Drawing]:
    """Draw each disclosure's projects by size with the share they carry together.

    Parameters
    ----------
    projects
        :func:`counted_projects`, of one fund.
    n
        How many projects to draw one by one, at least 1.

    Raises
    ------
    ValueError
        If n is below 1.
    """
    if n < 1:
        raise ValueError(f"{n} projects cannot be drawn; ask for 1 or more")
    for ranked, source in ranked_by_disclosure(projects, sources):
        three = ranked["cumulative_share"].iloc[min(3, len(ranked)) - 1]
        title = say("title.ranked", who=source["label"].iloc[0], cr3=three, n=len(ranked))
        conversion = source["conversion"].iloc[0]
        note = say("caveat.conversion", conversion=conversion) if conversion else ""
        figure = charts.ranked_cumulative(
            flag_rows(ranked, "project_name", "touched"),
            title=title,
            n=n,
            quantity=source["phase"].iloc[0],
            footnote=note,
        )
        alt = alt_text(title, ranked, "amount_yuan", name="project_name")
        place = caption(source, source["place"].iloc[0])
        yield Drawing(figure, place, alt, all_touches(ranked["touched"]))


def draw_lorenz(
    projects: pd.DataFrame, measured: pd.DataFrame, sources: pd.DataFrame
) -> Drawing | None:
    """Draw the Lorenz curves of the disclosures' projects.

    Parameters
    ----------
    projects, measured
        :func:`counted_projects` of one fund, and :func:`project_measures` of them.
    """
    curves = lorenz_by_disclosure(projects, sources)
    if curves.empty:
        return None
    low, high = smaller_half(curves)
    shown = sources_of(curves, sources)
    mixed = mixed_phases(measured.merge(sources[["source_id", "fiscal_year"]]))
    touched = touched_by_source(measured, "touched")
    curves = flag_disclosures(curves, touched)
    figure = charts.lorenz(curves, title=say("title.lorenz", low=low, high=high, mixed=mixed))
    alt = alt_text("Gini coefficients of the curves", measured, "gini", ".2f")
    place = caption(shown, "Project tables and self-evaluations")
    return Drawing(figure, place, alt, all_touches(touched))


def draw_executed(projects: pd.DataFrame, sources: pd.DataFrame) -> Iterator[Drawing]:
    """Draw the largest projects of each final accounts: first budgeted against executed."""
    for group in largest_by_phase(projects, sources):
        title = tell_phases(group)
        place = "Self-evaluations, initial budget and executed amounts"
        alt = alt_text(title, group, "executed_yuan", name="project_name")
        ends = ("initial_budget_yuan_touched", "executed_yuan_touched")
        figure = draw_phases(flag_rows(group, "project_name", *ends), title)
        touches = all_touches(touched_by_source(group, *ends))
        yield Drawing(figure, caption(sources_of(group, sources), place), alt, touches)


def draw_largest(
    measured: pd.DataFrame, sources: pd.DataFrame, items: pd.DataFrame
) -> Drawing | None:
    """Draw the share of the largest project in the sum of the projects listed."""
    if measured.empty or measured["cr1"].notna().sum() == 0:
        return None
    shown, touched = sources_of(measured, sources), touched_by_source(measured, "touched")
    mixed = mixed_phases(measured.merge(sources[["source_id", "fiscal_year"]]))
    figure = charts.share_bars(
        flag_disclosures(measured, touched),
        title=say(
            "title.scorecard_projects",
            low=measured["cr1"].min(),
            high=measured["cr1"].max(),
            mixed=mixed,
        ),
        quantity="share of the projects' sum",
        share="cr1",
        footnote=footnote(shown, items),
    )
    alt = alt_text("Share of the largest project", measured, "cr1", ".1%")
    place = caption(shown, "Project tables and self-evaluations")
    return Drawing(figure, place, alt, all_touches(touched))
