"""The answers that README.md gives are those of the data."""

import re
from pathlib import Path

import pytest

import helpers as hp
from helpers import comparison, measures
from helpers.audit_view import AuditsCompared

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def collection(monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(ROOT))


def answer(notebook: str) -> str:
    """The last cell of the notebook's row in the table of questions."""
    rows = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if row.startswith("|") and f"`{notebook}`" in row]
    return row.split("|")[3].strip()


def test_what_was_read():
    tables = hp.load("tables")
    assert answer("02_clean_disclosure") == (
        f"{len(hp.load('facts', all_rows=True)):,} amounts in "
        f"{(~tables['is_empty']).sum()} tables, "
        f"{len(hp.load('claims')):,} figures in sentences, {len(hp.load('projects'))} projects, "
        f"{len(hp.load('indicators'))} indicators; what a scan destroyed is listed"
    )


def test_what_a_department_costs():
    costs = measures.cost_structure(hp.load("key_figures"))
    shares, per_head = costs["personnel_share"], costs["personnel_per_person"] / 10_000
    assert answer("04_personnel_and_public_cost") == (
        f"personnel takes {shares.min():.0%} to {shares.max():.0%} of personnel and public cost; "
        f"{per_head.min():.2f} to {per_head.max():.2f} 万元 per person in post"
    ).replace("%", " %")


def audits() -> AuditsCompared:
    names = ("checks", "findings", "facts", "claims", "projects", "indicators")
    files = {name: hp.load(name, all_rows=True) for name in names}
    return AuditsCompared(hp.load_sources(), files)


def test_what_the_audit_finds():
    found = [cause.severity for own in audits().causes.values() for cause in own]
    told = answer("03_audit_arithmetic")
    form = (
        r"more than ([\d,]+) checks; more than (\d+) errors, and what may be right, each shown .+"
    )
    stated = [int(number.replace(",", "")) for number in re.fullmatch(form, told).groups()]
    for number, counted in zip(stated, (len(hp.load("checks")), found.count("error")), strict=True):
        assert number < counted < 1.5 * number  # round numbers: a rule more changes no answer


def test_where_figures_do_not_add_up():
    checks = hp.load("checks")
    made = checks[checks["status"] != "not_checkable"]
    failed = made.assign(failed=made["status"] == "fail").groupby("source_id")["failed"].mean()
    assert answer("10_findings_across_disclosures") == (
        f"{failed.min():.0%} to {failed.max():.0%} of the checks made in a disclosure do not hold; "
        "which kinds, where and how large"
    ).replace("%", " %")


def test_how_few_projects():
    counted = comparison.general_public(comparison.counted_projects(hp.load("projects")))
    largest = comparison.project_measures(counted, hp.load_sources())["cr1"]
    assert answer("05_project_concentration") == (
        f"the largest project carries {largest.min():.0%} to {largest.max():.0%} "
        "of the money of the projects listed, fund projects apart"
    ).replace("%", " %")


def test_who_pays_people_from_projects():
    costs = comparison.name_disclosures(
        measures.cost_structure(hp.load("key_figures")), hp.load_sources()
    )
    paying = comparison.projects_for_people(comparison.counted_projects(hp.load("projects")))
    sentences = comparison.tell_of_people(paying, costs)
    ratios = [int(re.search(r"(\d+)% of its public cost", text)[1]) for text in sentences]
    assert answer("08_compare_departments") == (
        "in at least three of five, project money pays people, and more than the whole public cost"
    )
    assert len(ratios) == 3 and min(ratios) > 100
