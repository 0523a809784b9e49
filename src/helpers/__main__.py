"""The command line: ``python -m helpers add …``, ``clean …``, ``audit …``, ``report …`` and others.

A thin face of the library; ``make`` calls the same commands.  Errors are one sentence on standard
error and a non-zero exit status, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from helpers.document import DisclosureError
from helpers.packaging import DESCRIPTOR, csv_text, json_text, write_collection
from helpers.sources import SOURCE_ID, find_root, find_sources
from helpers.wording import LANGUAGES


def _clean_one(place: Path, out: Path) -> tuple[str, bool]:
    """Clean one disclosure in a worker; return a line for the terminal and whether it worked."""
    from helpers.disclosure import clean

    try:
        disclosure = clean(place, out)
    except DisclosureError as error:
        return str(error), False
    except OSError as error:
        return f"{place} could not be cleaned: {error.strerror} ({error.filename or out}).", False
    except Exception as error:  # in a batch a fault met in one file must not cost the others
        fault = f"{type(error).__name__}: {error}"
        return f"{place} could not be cleaned, by a fault of this program: {fault}", False
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in disclosure.rows.items() if rows)
    return f"{disclosure.source.source_id}: {counts}", True


def _outcome(place: Path, out: Path, task: Future[tuple[str, bool]]) -> tuple[str, bool]:
    """Wait for a worker; a killed one takes the pool along, so the others are done alone."""
    try:
        return task.result()
    except BrokenProcessPool:
        pass
    with ProcessPoolExecutor(1) as alone:
        try:
            return alone.submit(_clean_one, place, out).result()
        except BrokenProcessPool:
            return f"{place} could not be cleaned: its process was killed.", False


def _without_clashes(places: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Drop what is named twice, and what would be written over another file's result."""
    kept: dict[str, Path] = {}
    problems: list[str] = []
    for place in places:
        filed = place.parent if (place.parent / "source.yml").is_file() else place
        source_id = filed.name if filed.is_dir() else filed.stem.lower()
        # Other names get an identifier made of the file's content.
        key = source_id if SOURCE_ID.fullmatch(source_id) else str(filed.resolve())
        other = kept.setdefault(key, filed)
        if other.resolve() != filed.resolve():
            problems.append(f"{place} was not cleaned: its source_id {key} is that of {other}.")
    return list(kept.values()), problems


def _clean(arguments: argparse.Namespace) -> int:
    out = arguments.out or find_root() / "data" / "clean"
    places: list[Path] = []
    problems: list[str] = []
    for given in arguments.places:
        try:
            places += find_sources(given)
        except DisclosureError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{given} could not be looked into: {error.strerror}.")
    places, clashes = _without_clashes(places)
    problems += clashes
    jobs = min(arguments.jobs, len(places)) or 1
    if jobs == 1:
        outcomes = [_clean_one(place, out) for place in places]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            tasks = [pool.submit(_clean_one, place, out) for place in places]
            outcomes = [
                _outcome(place, out, task) for place, task in zip(places, tasks, strict=True)
            ]
    for message, done in outcomes:
        if done:
            print(message)
        else:
            problems.append(message)
    # A folder of filed disclosures is a collection; one that is already described stays in step.
    is_collection = any(any(place.glob("*/source.yml")) for place in arguments.places)
    if is_collection or (out / DESCRIPTOR).is_file():
        write_collection(out)
    for problem in problems:
        print(" ".join(problem.split()), file=sys.stderr)
    return 1 if problems else 0


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError:  # the terminal was closed: no answer
        return ""


def _add(arguments: argparse.Namespace) -> int:
    from helpers.filing import Answers, add, describe_added

    names = ("source_id", "department", "place", "year", "kind", "unit")
    answers = Answers(**{name: getattr(arguments, name) for name in names})
    if len(arguments.files) > 1 and (answers.source_id or answers.department):
        print("--source-id and --department are about one file; add it alone.", file=sys.stderr)
        return 2
    may_ask = sys.stdin.isatty() and not arguments.yes
    problems = []
    for path in arguments.files:
        if path.is_dir():
            problems.append(f"{path} is a folder; name the files in it.")
            continue
        try:
            print(describe_added(*add(path, answers, _ask if may_ask else None)))
        except DisclosureError as error:
            problems.append(str(error))
        except OSError as error:
            reason = f"{error.strerror} ({error.filename or path})"
            problems.append(f"{path} could not be added: {reason}.")
    for problem in problems:
        print(" ".join(problem.split()), file=sys.stderr)
    return 1 if problems else 0


def _audit(arguments: argparse.Namespace) -> int:
    from helpers.audit.listing import listing
    from helpers.disclosure import read

    problems: list[str] = []
    found: list[dict[str, object]] = []
    for given in arguments.places:
        try:
            for place in find_sources(given):
                disclosure = read(place)
                found += disclosure.rows["findings"]
                if arguments.format == "table":
                    print(listing(disclosure, arguments.lang))
        except BrokenPipeError:
            raise  # nobody reads on, which is no fault of the disclosure
        except DisclosureError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{given} could not be audited: {error.strerror}.")
    if arguments.format == "csv":
        print(csv_text("findings", found), end="")
    elif arguments.format == "json":
        print(json_text("findings", found), end="")
    for problem in problems:
        print(" ".join(problem.split()), file=sys.stderr)
    return 1 if problems else 0


def _export(arguments: argparse.Namespace) -> int:
    from helpers.export import export

    for path in export(arguments.out or find_root() / "build", arguments.sources or None):
        print(path)
    return 0


def _bench(arguments: argparse.Namespace) -> int:
    from helpers.bench import bench

    bench(runs=arguments.runs, pdf_folders=arguments.pdf)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from helpers.report import ReportError, ReportSettings, parse_parameters, report_command

    try:
        settings = ReportSettings(
            root=find_root(),
            sources=tuple(arguments.sources),
            templates=tuple(arguments.templates),
            parameters=parse_parameters(arguments.parameters),
            jobs=arguments.jobs,
            timeout=arguments.timeout,
            force=arguments.force,
        )
    except ReportError as error:
        print(error, file=sys.stderr)
        return 2
    return report_command(settings)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers",
        description="Read, clean and compare budget and final-account disclosures.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    cores = os.cpu_count() or 1

    clean = commands.add_parser("clean", help="read disclosures and write their clean files")
    clean.add_argument("places", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    clean.add_argument("--out", type=Path, help="folder for <source_id>/ (default: data/clean)")
    clean.add_argument(
        "--jobs", type=_positive, default=cores, help="at a time (default: %(default)s)"
    )
    clean.set_defaults(run=_clean)

    add = commands.add_parser("add", help="file a new disclosure, clean and audit it")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add.add_argument("--yes", action="store_true", help="ask nothing; refuse what is not known")
    add.add_argument(
        "--source-id", default="", metavar="ID", help="<place>_<department>_<year>_<kind>"
    )
    add.add_argument("--department", default="", help="as published, in Chinese")
    add.add_argument("--place", default="", help="province, prefecture and county, in Chinese")
    add.add_argument("--year", default="", help="the year the figures are for")
    add.add_argument("--kind", default="", choices=("budget", "final"), help="预算 or 决算")
    add.add_argument("--unit", default="", help="of money, where the text states none: 元, 万元 …")
    add.set_defaults(run=_add)

    audit = commands.add_parser("audit", help="list the figures that do not add up")
    audit.add_argument("places", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    audit.add_argument(
        "--format",
        choices=("table", "csv", "json"),
        default="table",
        help="how to print them (default: %(default)s)",
    )
    audit.add_argument(
        "--lang",
        choices=LANGUAGES,
        default="en",
        help="language of the table (default: %(default)s)",
    )
    audit.set_defaults(run=_audit)

    export = commands.add_parser("export", help="write Parquet and Excel from the clean files")
    export.add_argument("--out", type=Path, help="folder (default: build)")
    export.add_argument("--sources", nargs="+", default=(), metavar="ID", help="default: all")
    export.set_defaults(run=_export)

    bench = commands.add_parser("bench", help="measure cleaning, and what the audit notices")
    bench.add_argument(
        "--runs", type=_positive, default=3, help="per document (default: %(default)s)"
    )
    bench.add_argument(
        "--pdf",
        nargs="+",
        type=Path,
        default=(),
        metavar="FOLDER",
        help="of PDF files to read side by side with other libraries",
    )
    bench.set_defaults(run=_bench)

    report = commands.add_parser("report", help="render the reports that are out of date")
    report.add_argument("--sources", nargs="+", default=(), metavar="ID", help="default: all")
    report.add_argument(
        "--templates", nargs="+", default=(), metavar="NAME", help="names or numbers (default: all)"
    )
    report.add_argument(
        "--parameters", nargs="+", default=(), metavar="NAME=VALUE", help="values for the templates"
    )
    report.add_argument(
        "--jobs", type=_positive, default=cores, help="at a time (default: %(default)s)"
    )
    report.add_argument(
        "--timeout",
        type=_positive,
        default=600,
        help="seconds a notebook may take (default: %(default)s)",
    )
    report.add_argument("--force", action="store_true", help="render what is up to date, too")
    report.set_defaults(run=_report)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        status = parsed.run(parsed)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader has seen enough, as in "audit … | head"
        # What is left in the buffer goes nowhere, else Python would complain when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except DisclosureError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:  # a folder that cannot be written to, or a full disk
        print(f"{error.filename or 'Nothing written'}: {error.strerror or error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; what was finished is kept.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
