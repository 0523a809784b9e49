"""What must hold for the files of the repository as a whole."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import helpers

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
REFERENCE_TABLES = sorted((ROOT / "src" / "helpers" / "reference").rglob("*.csv"))

# Written in pieces, so that this file does not hold what it forbids.
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "ana" + "conda.org", "npm" + "js.org")
MACHINE_PATH = re.compile(
    r"(?<![\w.>*-])(?:/(?:ho"
    + r"me|Us"
    + r"ers|wo"
    + r"rk|ro"
    + r"ot|t"
    + r"mp)/\w|[A-Z]:\\U"
    + r"sers)"
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def own_text_files() -> list[Path]:
    """Files git tracks or would track, but for the published documents and what is not text."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    names = {name for name in listed.decode("utf-8").split("\0") if name}
    paths = [ROOT / name for name in sorted(names) if not name.startswith("data/raw/")]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_no_file_names_a_package_registry_or_a_place_on_one_machine():
    found = []
    for path in own_text_files():
        # A test document may be in another encoding; what is looked for is ASCII in all of them.
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if MACHINE_PATH.search(line) or any(host in line for host in REGISTRY_HOSTS):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_machine_paths_are_told_from_addresses_and_relative_paths():
    assert MACHINE_PATH.search("open('/ho" + "me/li/budget.txt')")
    assert MACHINE_PATH.search("C:\\U" + "sers\\li\\budget.txt")
    assert not MACHINE_PATH.search("www.example.gov.cn/ho" + "me/budget.html")
    assert not MACHINE_PATH.search("notebooks/wo" + "rk/one.ipynb")


def test_lock_names_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^\s*(-|--)[a-z-]*(index|find-links|host)", lock, re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook_holds_no_results_of_a_run(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "papermill" not in notebook["metadata"]
    for number, cell in enumerate(notebook["cells"], start=1):
        assert "papermill" not in cell["metadata"], f"cell {number}"
        assert not cell.get("outputs"), f"cell {number}"
        assert cell.get("execution_count") is None, f"cell {number}"


@pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="there is no README.md yet")
def test_readme_names_every_notebook():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert NOTEBOOKS
    assert [path.name for path in NOTEBOOKS if path.stem not in readme] == []


def test_there_are_reference_tables():
    assert REFERENCE_TABLES


@pytest.mark.parametrize("path", REFERENCE_TABLES, ids=name_of)
def test_reference_table_is_plain_utf8_csv(path):
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf"), "starts with a byte order mark"
    assert b"\r" not in content, "holds a carriage return"
    assert content.endswith(b"\n")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    assert len(set(header)) == len(header)
    assert all(header)
    assert rows
    for number, row in enumerate(rows, start=2):
        assert len(row) == len(header), f"row {number}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/decisions.md"])
def test_files_named_in_the_documentation_exist(name):
    page = ROOT / name
    if not page.exists():
        pytest.skip(f"there is no {name} yet")
    code = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    paths = {
        path
        for text in code
        for path in re.findall(r"(?<![\w/<])(?:docs|notebooks|src|tests)/[\w./-]*", text)
    }
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_changelog_knows_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[([0-9][^]]*)\]", changelog, re.MULTILINE)
    assert released[0] == helpers.__version__


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_alone_describes_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    described = re.findall(r"^make ([a-z-]+) +\S.*$", shown, re.MULTILINE)
    assert described == phony.split()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
@pytest.mark.parametrize("name", [".ci/run", "bootstrap.sh"])
def test_script_is_executable(name):
    assert os.access(ROOT / name, os.X_OK)
