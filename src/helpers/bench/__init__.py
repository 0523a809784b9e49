"""How long cleaning takes, and how time and memory grow with the length of a disclosure.

``department`` makes up a department of any size, ``made_up`` writes its disclosures, ``timing``
cleans them, and the filed ones, and measures.  Nothing else in the library imports this package.
"""

from helpers.bench.department import Department, make_up_department
from helpers.bench.made_up import budget_text, final_accounts_text
from helpers.bench.timing import bench

__all__ = ["Department", "bench", "budget_text", "final_accounts_text", "make_up_department"]
