"""No surprises: no code in data, no shell, nothing written that was not asked for."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path

import ipywidgets as widgets
import lessons
import pytest
from test_show import EXPLORERS

from lstm_demo.show import Text

ROOT = Path(__file__).resolve().parent.parent
OURS = sorted(p for folder in ("lstm_demo", "scripts", "benchmarks") for p in (ROOT / folder).rglob("*.py"))
LESSONS = [path.name for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]


# --- no code in data, no shell ---------------------------------------------------------------------------------------

CALLS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle", "code", "pty"}
SHELLS = {("os", "system"), ("os", "popen"), ("subprocess", "getoutput"), ("subprocess", "getstatusoutput")}


def surprises(tree):
    """What runs text as code, reads code from data or starts a shell: in words, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from (f"{node.lineno}: imports {name}" for name in names if name.split(".")[0] in MODULES)
        elif isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {what}" for what in of_call(node))


def of_call(node):
    name, options = node.func, {word.arg: word.value for word in node.keywords}
    if isinstance(name, ast.Name) and name.id in CALLS:
        yield f"calls {name.id}"
    if isinstance(name, ast.Attribute):
        owner = name.value.id if isinstance(name.value, ast.Name) else ""
        if (owner, name.attr) in SHELLS or (owner == "builtins" and name.attr in CALLS):
            yield f"calls {owner}.{name.attr}"
        if (owner, name.attr) == ("torch", "load") and not is_true(options.get("weights_only")):
            yield "torch.load without weights_only=True"
        if (owner, name.attr) == ("torch", "save"):
            yield "torch.save, which pickles"
        if (owner, name.attr) == ("np", "load") and not is_false(options.get("allow_pickle")):
            yield "np.load without allow_pickle=False said"
    if "shell" in options and not is_false(options["shell"]):
        yield "starts a shell"


def is_true(node):
    return isinstance(node, ast.Constant) and node.value is True


def is_false(node):
    return isinstance(node, ast.Constant) and node.value is False


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_of_ours_runs_text_as_code_loads_a_pickle_or_starts_a_shell(path):
    assert list(surprises(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("name", LESSONS)
def test_no_lesson_does_either_and_none_has_a_line_for_the_shell(name):
    for cell in lessons.code_cells(lessons.read(name)):
        assert not re.search(r"^\s*[!%]", cell.source, re.MULTILINE)
        assert list(surprises(ast.parse(cell.source))) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "exec(text)",
        "compile(a, b, 'exec')",
        "import os; os.system('ls')",
        "subprocess.run('ls', shell=True)",
        "subprocess.run('ls', shell=flag)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.save(net, path)",
        "builtins.eval('1')",
    ],
)
def test_the_law_sees_each_of_them(line):
    assert list(surprises(ast.parse(line)))


def test_a_net_that_is_told_to_evaluate_is_no_surprise():
    assert list(surprises(ast.parse("net.eval(); re.compile('a'); np.load(p, allow_pickle=False)"))) == []


# --- nothing written where it was not asked for ----------------------------------------------------------------------


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_a_lesson_writes_nothing_into_home_and_leaves_nothing_in_the_temporary_folder(tmp_path, monkeypatch):
    home, temporary, ours = (tmp_path / name for name in ("home", "temporary", "ours"))
    for folder, names in (
        (home, ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TORCH_HOME")),
        (temporary, ("TMPDIR",)),
        (ours, ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "MPLCONFIGDIR")),
    ):
        folder.mkdir()
        for name in names:  # what the Makefile sets lies in .venv, and here in a folder of the test
            monkeypatch.setenv(name, str(folder))
    ran = lessons.run(lessons.read(LESSONS[0]), lessons.FOLDER)
    assert [problem for cell in lessons.code_cells(ran.notebook) for problem in lessons.errors(cell.outputs)] == []
    assert (files(home), files(temporary), ran.written) == ([], [], [])


# --- Jupyter under `make lab` ----------------------------------------------------------------------------------------


def lab_command():
    """The command line of `make lab` as make prints it, with this Python in the place of .venv's."""
    if not os.environ.get("PATH") or subprocess.run(["make", "--version"], capture_output=True).returncode:
        pytest.skip("no make here")
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "ARGS")}
    told = subprocess.run(["make", "-n", "lab"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return re.search(r"-m jupyterlab (.*)", told.stdout.replace("\\\n", " "))[1].strip()


def settings_of_lab():
    return {path.name: json.loads(path.read_text()) for path in (ROOT / "scripts/lab_settings").rglob("*.json")}


def test_make_lab_opens_no_door():
    words = [lab_command(), json.dumps(settings_of_lab())]
    for word in (
        "--ip",
        "token",
        "password",
        "allow_origin",
        "allow_remote",
        "disable_check_xsrf",
        "0.0.0.0",
        "tunnel",
    ):
        assert not any(word in text for text in words), word


# --- what is typed is escaped ----------------------------------------------------------------------------------------

TYPED = "<script>alert(1)</script>&\"'<img src=x onerror=alert(1)>"
TYPED_INTO = [name for name, of in EXPLORERS.items() if any(isinstance(one, Text) for one in of.domains.values())]


def every(widget, kind):
    found = [widget] if isinstance(widget, kind) else []
    return found + [one for child in getattr(widget, "children", ()) for one in every(child, kind)]


@pytest.mark.parametrize("name", TYPED_INTO)
def test_what_is_typed_into_an_explorer_reaches_no_page_as_html(name):
    shown = EXPLORERS[name].explore()
    for box in every(shown, widgets.Text):
        box.value = TYPED
    pages = [w.value.lower() for w in every(shown, widgets.HTML)]
    assert not [page for page in pages if "<script" in page or "<img" in page]
    assert not [w for w in every(shown, widgets.Widget) if getattr(w, "description_allow_html", False)]
