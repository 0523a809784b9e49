"""How Chinese government departments spend: from the published disclosure to comparable figures."""

from helpers.disclosure import Disclosure, clean, read
from helpers.document import DisclosureError
from helpers.packaging import load, load_sources
from helpers.sources import list_sources

__version__ = "0.1.0"
__all__ = [
    "Disclosure",
    "DisclosureError",
    "clean",
    "list_sources",
    "load",
    "load_sources",
    "read",
]
