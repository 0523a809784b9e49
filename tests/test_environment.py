"""The environment files agree with one another, and `bootstrap.sh` makes what they describe."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# conda-forge splits these: the plain names would bring Qt and statsmodels along.
CONDA_NAMES = {"matplotlib": "matplotlib-base", "seaborn": "seaborn-base"}
# What pip takes for granted and conda has to be told.
CONDA_ONLY = {"pip", "python"}


def lower_bounds(requirements: list[str]) -> dict[str, str]:
    """Read ``name>=bound`` lines; anything else (a cap, an address, no bound) is an error."""
    found = {}
    for text in requirements:
        match = re.fullmatch(r"([a-z0-9-]+)>=([0-9]+(?:\.[0-9]+)*)", text)
        assert match, f"{text!r} is not a name with one lower bound"
        assert match[1] not in found, f"{match[1]} is stated twice"
        found[match[1]] = match[2]
    return found


def declared_bounds() -> dict[str, str]:
    """Names and bounds of run time, development and build back end together."""
    project = PROJECT["project"]
    return lower_bounds(
        project["dependencies"]
        + project["optional-dependencies"]["dev"]
        + PROJECT["build-system"]["requires"]
    )


def locked_versions() -> dict[str, list[str]]:
    """Pinned versions by name: several where a package differs between Python versions."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([0-9][^ ;\\]*)", LOCK, re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


def as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def conda_packages() -> list[str]:
    """The entries of environment.yml that conda resolves."""
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    return [entry for entry in conda["dependencies"] if isinstance(entry, str)]


def test_conda_file_has_the_names_and_bounds_of_pyproject():
    bounded = [entry for entry in conda_packages() if re.split("[>=]", entry)[0] not in CONDA_ONLY]
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in declared_bounds().items()}
    assert lower_bounds(bounded) == expected


def test_conda_file_states_one_supported_python_once():
    (stated,) = [entry for entry in conda_packages() if re.match(r"python\b(?!-)", entry)]
    version = re.fullmatch(r"python=(3\.[0-9]+)", stated)
    assert version, stated
    bounds = lower_bounds(["python" + PROJECT["project"]["requires-python"]])
    assert as_numbers(version[1]) >= as_numbers(bounds["python"])


def test_conda_file_installs_the_package_in_place():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert conda["dependencies"][-1] == {"pip": ["-e ."]}
    assert "pip" in conda["dependencies"]


def test_lock_pins_everything_declared_once_and_within_its_bound():
    locked = locked_versions()
    for name, bound in declared_bounds().items():
        assert len(locked.get(name, [])) == 1, f"{name}: {locked.get(name)}"
        assert as_numbers(locked[name][0]) >= as_numbers(bound), name


def test_lock_has_hashes_for_every_package():
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.split("\n", 2)[2])
    assert len(entries) == sum(len(versions) for versions in locked_versions().values())
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry.splitlines()[0]


def test_wheel_holds_every_file_of_the_package(tmp_path):
    project = tmp_path / "project"
    shutil.copytree(
        ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, project)
    (project / "README.md").write_text("# Readme\n", encoding="utf-8")
    build = "import setuptools.build_meta as backend; backend.build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=project, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")

    source = project / "src"
    package = [path for path in source.glob("helpers/**/*") if path.is_file()]
    files = {path.relative_to(source).as_posix() for path in package}
    installed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("helpers/")}
    assert installed == files
    assert any(name.startswith("helpers/reference/") for name in installed)


FAKE_UV = """#!/bin/sh
echo "$1 $2" >>calls
case "$*" in
    "venv "*)
        mkdir -p .venv/bin
        printf '#!/bin/sh\\n' >.venv/bin/python
        chmod +x .venv/bin/python ;;
    *" -r requirements.lock") [ ! -e broken ] ;;
    *" -e .") echo "project" >>calls ;;
esac
"""
LOCK_INSTALLED = ["venv --quiet", "pip install"]
PROJECT_INSTALLED = ["pip install", "project"]


@pytest.fixture
def checkout(tmp_path):
    """A folder with what `bootstrap.sh` reads, and a search path with no Python and no uv."""
    for name in ("bootstrap.sh", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in ("cat", "chmod", "cksum", "dirname", "mkdir", "rm", "sh"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return tmp_path


def put_command(folder: Path, name: str, script: str) -> None:
    path = folder / "bin" / name
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)


def bootstrap(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", str(folder / "bootstrap.sh")],
        env={"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )


def calls_of(folder: Path) -> list[str]:
    """What the stand-in for uv was asked since the last time."""
    log = folder / "calls"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


@pytest.mark.skipif(os.name == "nt", reason="bootstrap.sh is for POSIX shells")
class TestBootstrap:
    def test_installs_once_and_then_leaves_a_sound_environment_alone(self, checkout):
        put_command(checkout, "uv", FAKE_UV)
        assert bootstrap(checkout).returncode == 0
        assert calls_of(checkout) == LOCK_INSTALLED + PROJECT_INSTALLED
        assert bootstrap(checkout).returncode == 0
        assert calls_of(checkout) == []

    def test_starts_afresh_after_an_installation_that_failed(self, checkout):
        put_command(checkout, "uv", FAKE_UV)
        (checkout / "broken").touch()
        result = bootstrap(checkout)
        assert result.returncode == 1
        assert result.stderr == (
            "setup: requirements.lock could not be installed (see above); "
            "the next run starts afresh.\n"
        )
        (checkout / ".venv" / "left_over").touch()
        (checkout / "broken").unlink()
        calls_of(checkout)
        assert bootstrap(checkout).returncode == 0
        assert calls_of(checkout) == LOCK_INSTALLED + PROJECT_INSTALLED
        assert not (checkout / ".venv" / "left_over").exists()

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ("requirements.lock", LOCK_INSTALLED + PROJECT_INSTALLED),
            ("pyproject.toml", PROJECT_INSTALLED),
        ],
    )
    def test_redoes_what_a_change_makes_out_of_date(self, checkout, changed, expected):
        put_command(checkout, "uv", FAKE_UV)
        bootstrap(checkout)
        calls_of(checkout)
        with (checkout / changed).open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        assert bootstrap(checkout).returncode == 0
        assert calls_of(checkout) == expected

    def test_mends_an_environment_whose_python_is_gone(self, checkout):
        put_command(checkout, "uv", FAKE_UV)
        bootstrap(checkout)
        calls_of(checkout)
        (checkout / ".venv" / "bin" / "python").unlink()
        assert bootstrap(checkout).returncode == 0
        assert calls_of(checkout) == LOCK_INSTALLED + PROJECT_INSTALLED

    @pytest.mark.parametrize(
        ("python3", "reason"),
        [
            (None, "no python3 was found."),
            ("case $2 in *version_info*) exit 1 ;; esac", "python3 is older."),
            (
                "case $2 in *ensurepip*) exit 1 ;; esac",
                "python3 lacks venv (on Debian and Ubuntu: apt install python3-venv).",
            ),
        ],
    )
    def test_says_in_one_sentence_why_no_python_will_do(self, checkout, python3, reason):
        if python3 is not None:
            put_command(checkout, "python3", f"#!/bin/sh\n{python3}\n")
        result = bootstrap(checkout)
        assert result.returncode == 1
        assert result.stderr == (
            f"setup: Python 3.11 or newer with its venv module is needed; {reason}\n"
        )
        assert not (checkout / ".venv").exists()
