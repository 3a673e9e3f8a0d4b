"""No surprises: nothing written that was not asked for, no door opened. Code in data and shells are refused by ruff."""

import ast
import os
import re
import subprocess
from pathlib import Path

import ipywidgets as widgets
import lessons
import pytest
from test_show import EXPLORERS, of_kind

from lstm_demo.show import Text

ROOT = Path(__file__).resolve().parent.parent


# --- what is loaded is numbers ---------------------------------------------------------------------------------------

LOADS = {"np.load": "allow_pickle=False", "torch.load": "weights_only=True"}


def unguarded(text):
    """Calls that load a file and do not say in the call that no code in it may run."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    calls = [call for call in calls if ast.unparse(call.func) in LOADS]
    return [call.lineno for call in calls if LOADS[ast.unparse(call.func)] not in map(ast.unparse, call.keywords)]


def test_nothing_of_ours_loads_code():
    ours = [path for folder in ("lstm_demo", "scripts", "site", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    cells = [cell.source for name in lessons.names() for cell in lessons.code_cells(lessons.read(name))]
    assert [told for text in [*(path.read_text("utf-8") for path in ours), *cells] for told in unguarded(text)] == []


def test_a_load_without_its_guard_is_found():
    assert unguarded("np.load(at())\nnp.load(path, allow_pickle=True)") == [1, 2]
    assert unguarded("torch.load(path)\ntorch.load(path, weights_only=False)") == [1, 2]
    assert unguarded("np.load(at(), allow_pickle=False); torch.load(path, weights_only=True)") == []


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
    ran = lessons.run(lessons.read(lessons.names()[0]), lessons.FOLDER)
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


def test_make_lab_opens_no_door():
    text = lab_command() + "".join(path.read_text() for path in (ROOT / "scripts/lab_settings").rglob("*.json"))
    doors = "--ip", "token", "password", "allow_origin", "allow_remote", "disable_check_xsrf", "0.0.0.0", "tunnel"
    assert [word for word in doors if word in text] == []


# --- what is typed is escaped ----------------------------------------------------------------------------------------

TYPED = "<script>alert(1)</script>&\"'<img src=x onerror=alert(1)>"
TYPED_INTO = [name for name, of in EXPLORERS.items() if any(isinstance(one, Text) for one in of.domains.values())]


@pytest.mark.parametrize("name", TYPED_INTO)
def test_what_is_typed_into_an_explorer_reaches_no_page_as_html(name):
    shown = EXPLORERS[name].explore()
    for box in of_kind(shown, widgets.Text):
        box.value = TYPED
    pages = [w.value.lower() for w in of_kind(shown, widgets.HTML)]
    assert not [page for page in pages if "<script" in page or "<img" in page]
    assert not [w for w in of_kind(shown, widgets.Widget) if getattr(w, "description_allow_html", False)]
