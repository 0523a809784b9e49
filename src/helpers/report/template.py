"""Read a notebook as a template: its scope, its parameters and the values they may take.

Input is one ``.ipynb`` file, output a `Template`. A template declares its parameters in one cell
tagged ``parameters``, one literal with a type annotation per line; papermill only warns about a
parameter the notebook does not know, so everything is checked here, before a kernel starts.
"""

import ast
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCALARS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "None": (type(None),),
}
_CONTAINERS: dict[str, type] = {"list": list, "tuple": tuple, "dict": dict}
# The parameters through which the runner says which disclosures a notebook is about.
SOURCE_PARAMETERS = ("source_id", "source_ids")
# JupyterLab calls the copy of a notebook so; it is somebody's sketch, not a report.
_COPY = re.compile(r"-Copy\d*$")


class ReportError(ValueError):
    """Say in one sentence why a run was refused before anything started."""


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell; `annotation` is empty where the line has none."""

    name: str
    annotation: str
    default: Any


@dataclass(frozen=True)
class Template:
    """A notebook that can be rendered.

    Attributes
    ----------
    name : str
        File name without ``.ipynb``.
    notebook : dict
        The notebook as JSON, outputs included.
    parameters : dict of str to Parameter
    digest : str
        Hash of everything but outputs and counters: opening a notebook in JupyterLab and running
        it changes neither what it says nor what it renders to.
    """

    name: str
    notebook: dict[str, Any]
    parameters: dict[str, Parameter]
    digest: str

    @property
    def scope(self) -> str:
        """``disclosure`` (a page each), ``comparison`` (one page over all), ``once``, or ``file``.

        The last is about a file of the user's own: rendered only when asked for by name.
        """
        if "path" in self.parameters:
            return "file"
        if "source_id" in self.parameters:
            return "disclosure"
        return "comparison" if "source_ids" in self.parameters else "once"


def read_templates(folder: Path) -> tuple[list[Template], dict[str, str]]:
    """Read the numbered notebooks of a folder, sorted by name; copies are left out.

    Returns
    -------
    (list of Template, dict of str to str)
        The templates, and for each notebook that is none its name and the reason.

    Raises
    ------
    ReportError
        If there is no notebook.
    """
    paths = sorted(p for p in folder.glob("[0-9][0-9]_*.ipynb") if not _COPY.search(p.stem))
    if not paths:
        raise ReportError(f"{folder}: no notebook named like 02_some_name.ipynb in this folder.")
    templates, broken = [], {}
    for path in paths:
        try:
            templates.append(read_template(path))
        except ReportError as error:
            broken[path.stem] = str(error)
    return templates, broken


def read_template(path: Path) -> Template:
    """Read one notebook.

    Raises
    ------
    ReportError
        If it is not a notebook, or has parameters that are not literals; the message names the
        file.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [_without_outputs(cell) for cell in notebook["cells"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"{path}: not a readable notebook ({error}).") from error
    tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) > 1:
        raise ReportError(f"{path}: more than one cell is tagged 'parameters'.")
    source = "".join(tagged[0]["source"]) if tagged else ""
    digest = hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()
    return Template(path.stem, notebook, _read_parameters(source, path), digest)


def _without_outputs(cell: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in cell.items() if k not in ("outputs", "execution_count", "id")}


def _read_parameters(source: str, path: Path) -> dict[str, Parameter]:
    parameters = {}
    try:
        for line in ast.parse(source).body:
            match line:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=hint, value=ast.expr()):
                    parameter = Parameter(name, ast.unparse(hint), ast.literal_eval(line.value))
                    check_value(parameter, parameter.default)
                case ast.Assign(targets=[ast.Name(id=name)]):
                    parameter = Parameter(name, "", ast.literal_eval(line.value))
                case _:
                    raise ReportError(f"'{ast.unparse(line)}' is not one literal with a name.")
            parameters[name] = parameter
    except (ValueError, SyntaxError) as error:
        raise ReportError(f"{path}: in the cell tagged 'parameters': {error}") from error
    return parameters


def parse_parameters(assignments: Iterable[str]) -> dict[str, str]:
    """Split the ``name=value`` of a command line.

    Raises
    ------
    ReportError
        If one has no ``=`` or no name.

    Examples
    --------
    >>> parse_parameters(["top_n=5", "note=甲=乙"])
    {'top_n': '5', 'note': '甲=乙'}
    """
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not name.isidentifier() or not equals:
            raise ReportError(f"Parameter '{assignment}' is not written as name=value.")
        values[name] = value
    return values


def read_value(parameter: Parameter, given: Any) -> Any:
    """Turn what the user gave into a value of the annotated type.

    Parameters
    ----------
    parameter : Parameter
    given : object
        A Python value, or its text as typed on a command line. A ``str`` parameter takes the
        text as it is, so that ``note=2024`` needs no quotes.

    Raises
    ------
    ReportError
        If it is not a literal of the annotated type.

    Examples
    --------
    >>> read_value(Parameter("top_n", "int", 3), "5")
    5
    """
    value = given
    if isinstance(given, str) and parameter.annotation != "str":
        try:
            value = ast.literal_eval(given)
        except (ValueError, SyntaxError):
            value = given  # `str | None` takes bare text too; other types refuse it below
    check_value(parameter, value)
    return value


def check_value(parameter: Parameter, value: Any) -> None:
    """Refuse a value that is not of the annotated type (of the default's, without annotation).

    Raises
    ------
    ReportError
    """
    annotation = parameter.annotation or type(parameter.default).__name__
    if annotation == "NoneType":
        annotation = "None"
    if not _fits(value, ast.parse(annotation, mode="eval").body):
        raise ReportError(f"Parameter '{parameter.name}' takes {annotation}, not {value!r}.")


def _fits(value: Any, hint: ast.expr) -> bool:
    match hint:
        case ast.Constant(value=None):
            return value is None
        # `type(value)`, not isinstance: True is no count, although bool is a kind of int.
        case ast.Name(id=name) if name in _SCALARS:
            return type(value) in _SCALARS[name]
        case ast.Name(id=name) if name in _CONTAINERS:
            return type(value) is _CONTAINERS[name]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _fits(value, left) or _fits(value, right)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return type(value) is list and all(_fits(v, item) for v in value)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, item])):
            return type(value) is dict and all(
                _fits(k, key) and _fits(v, item) for k, v in value.items()
            )
    raise ReportError(f"'{ast.unparse(hint)}' is not a type a parameter can have.")


def choose_templates(names: Sequence[str], wanted: Sequence[str]) -> set[str]:
    """Pick names of templates by name or by number (``04``); none wanted means all.

    Raises
    ------
    ReportError
        If one is unknown; the message names the nearest.
    """
    chosen = set()
    for want in wanted:
        stem = want.removesuffix(".ipynb")
        hits = [n for n in names if stem in (n, n.partition("_")[0])]
        if not hits:
            raise ReportError(f"Unknown template '{want}'; {nearest(want, names)}.")
        chosen.update(hits)
    return chosen if wanted else set(names)


def choose_values(templates: Sequence[Template], given: Mapping[str, Any]) -> dict[str, dict]:
    """Check the given parameters against the chosen templates.

    Returns
    -------
    dict of str to dict
        For each template's name the values for the parameters it has.

    Raises
    ------
    ReportError
        If a parameter is known to none of them, is set by the runner itself, or has a value of
        another type.
    """
    known = {n for t in templates for n in t.parameters if n not in SOURCE_PARAMETERS}
    for name in given:
        if name in SOURCE_PARAMETERS:
            raise ReportError(f"'{name}' is set by the choice of sources, not as a parameter.")
        if name not in known:
            raise ReportError(f"Unknown parameter '{name}'; {nearest(name, sorted(known))}.")
    return {
        t.name: {n: read_value(t.parameters[n], v) for n, v in given.items() if n in t.parameters}
        for t in templates
    }


def nearest(word: str, known: Sequence[str]) -> str:
    """Say which known names are nearest to an unknown one."""
    if not known:
        return "there is none to choose from"
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.4)
    if close:
        return f"nearest: {', '.join(close)}"
    return f"known: {', '.join(known[:8])}" + (" …" if len(known) > 8 else "")
