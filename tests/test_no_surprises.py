"""No surprises: nothing written that was not asked for, no door opened. Code in data and shells are refused by ruff."""

import ast
from pathlib import Path
from xml.etree import ElementTree

import ipywidgets as widgets
import lessons
import pytest
from test_show import EXPLORERS, of_kind

from lstm_demo.show import Text

ROOT = Path(__file__).resolve().parent.parent
GUARDS = {"np.load": "allow_pickle=False", "torch.load": "weights_only=True"}


def test_every_call_that_loads_a_file_says_that_no_code_in_it_may_run():
    ours = [path for folder in ("lstm_demo", "scripts", "site", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    cells = [cell.source for name in lessons.names() for cell in lessons.code_cells(lessons.read(name))]
    nodes = [node for text in [*(p.read_text("utf-8") for p in ours), *cells] for node in ast.walk(ast.parse(text))]
    loads = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in GUARDS]
    assert loads
    bare = [node for node in loads if GUARDS[ast.unparse(node.func)] not in map(ast.unparse, node.keywords)]
    assert [ast.unparse(node) for node in bare] == []


def test_a_lesson_writes_nothing_into_home_and_leaves_nothing_in_the_temporary_folder(tmp_path, monkeypatch):
    home, temporary, ours = (tmp_path / name for name in ("home", "temporary", "ours"))
    for folder, names in {
        home: ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TORCH_HOME"],
        temporary: ["TMPDIR"],
        ours: ["JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "MPLCONFIGDIR"],
    }.items():
        folder.mkdir()
        for name in names:  # what the Makefile sets lies in .venv, and here in a folder of the test
            monkeypatch.setenv(name, str(folder))
    ran = lessons.run(lessons.read(lessons.names()[0]), lessons.FOLDER)
    assert [problem for cell in lessons.code_cells(ran.notebook) for problem in lessons.errors(cell.outputs)] == []
    left = [path for folder in (home, temporary) for path in folder.rglob("*") if not path.is_dir()]
    assert (left, ran.written) == ([], [])


def test_make_lab_opens_no_door():
    commands = [line for line in (ROOT / "Makefile").read_text().splitlines() if not line.startswith("#")]
    settings = [path.read_text() for path in (ROOT / "scripts/lab_settings").rglob("*.json")]
    doors = "--ip", "token", "password", "allow_origin", "allow_remote", "disable_check_xsrf", "0.0.0.0", "tunnel"
    assert [word for word in doors for text in commands + settings if word in text] == []


TYPED = "<script>alert(1)</script>&\"'<img src=x onerror=alert(1)>"
TYPED_INTO = [name for name, of in EXPLORERS.items() if any(isinstance(one, Text) for one in of.domains.values())]


@pytest.mark.parametrize("name", TYPED_INTO)
def test_what_is_typed_into_an_explorer_reaches_no_page_as_html(name):
    shown = EXPLORERS[name].explore()
    for box in of_kind(shown, widgets.Text):
        box.value = TYPED
    ElementTree.fromstring(shown.picture.value)
    pages = [one.value.lower() for one in of_kind(shown, widgets.HTML)]
    assert [page for page in pages if "<script" in page or "<img" in page] == []
