"""The audit as pages show it: one document's findings, and findings across disclosures.

Place in the chain: between ``audit`` and the notebooks.  Input: a disclosure, or rows of many.
Output: sentences, tables, figures and cards.  Nothing is audited here.

``cards``     the findings of one cause with both figures, their lines and the hint
``document``  one disclosure: what was checked, what holds, what does not
``across``    many disclosures: kinds of findings, where they sit, how large they are
"""

from helpers.audit_view.across import AuditsCompared
from helpers.audit_view.cards import Cards
from helpers.audit_view.document import DocumentAudit

__all__ = ["AuditsCompared", "Cards", "DocumentAudit"]
