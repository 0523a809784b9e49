"""Render the notebooks to a site of self-contained HTML pages.

Place in the chain: the last step. Input are the templates in ``notebooks/`` and the disclosures
in ``data/raw``; output are ``reports/**/*.html`` with an index, and, through the cleaning
notebook, ``data/clean``.

The modules of this package, each importing only those before it:

``template``    what a notebook is as a template, and which parameter values it takes
``disclosure``  how a disclosure is called on a page
``pages``       what holds for every page: readable, self-contained, written whole or not at all
``typeface``    the Chinese characters a page carries with it
``notebook``    one notebook executed in a kernel and exported
``source_page`` the lines of one disclosure, with what was read from them
``workers``     many of them in processes of their own
``state``       what is up to date (doit)
``site``        the index page
``runner``      settings, plan, run
``command``     the same on a command line
"""

from helpers.report.command import report_command
from helpers.report.runner import ReportResult, ReportSettings, run_reports
from helpers.report.template import ReportError, parse_parameters

__all__ = [
    "ReportError",
    "ReportResult",
    "ReportSettings",
    "parse_parameters",
    "report_command",
    "run_reports",
]
