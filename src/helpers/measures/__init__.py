"""Turn amounts into shares, per-person figures and measures of concentration.

Place in the chain: reads the data frames of ``key_figures``, ``facts`` and ``projects`` and returns
data frames that ``charts`` draws. No file is read and nothing is drawn here.
"""

from helpers.measures.concentration import (
    Concentration,
    concentration,
    concentration_without_largest,
    effective_number,
    gini,
    gini_maximum,
    herfindahl,
    herfindahl_normalised,
    lorenz_curve,
    top_share,
)
from helpers.measures.costs import (
    cost_parts,
    cost_structure,
    economic_classes,
    gather_tail,
    item_shares,
    watched_shares,
)
from helpers.measures.projects import (
    concentration_by_phase,
    lorenz_curves,
    project_concentration,
    project_coverage,
    ranked_projects,
)

__all__ = [
    "Concentration",
    "concentration",
    "concentration_by_phase",
    "concentration_without_largest",
    "cost_parts",
    "cost_structure",
    "economic_classes",
    "effective_number",
    "gather_tail",
    "gini",
    "gini_maximum",
    "herfindahl",
    "herfindahl_normalised",
    "item_shares",
    "lorenz_curve",
    "lorenz_curves",
    "project_concentration",
    "project_coverage",
    "ranked_projects",
    "top_share",
    "watched_shares",
]
