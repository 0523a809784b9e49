"""What cleaning takes, and what the audit notices.

``department`` makes up a department of any size, ``made_up`` writes its disclosures, ``timing``
cleans them, and the filed ones, and measures; ``digits`` changes one digit after the other and
counts what the audit notices; ``extraction`` reads PDF files side by side with
other libraries.  Nothing else in the library imports this package.
"""

from helpers.bench.command import bench
from helpers.bench.department import Department, make_up_department
from helpers.bench.made_up import budget_text, final_accounts_text

__all__ = ["Department", "bench", "budget_text", "final_accounts_text", "make_up_department"]
