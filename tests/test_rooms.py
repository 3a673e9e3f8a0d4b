"""The rooms of the house: who may import whom, how light the door is, and the names that others rely on."""

import ast
import inspect
import re
import subprocess
import sys
from functools import cache, reduce
from importlib import import_module
from pathlib import Path

import pytest

import lstm_demo as ld

PACKAGE = Path(ld.__file__).resolve().parent
FILES = sorted(PACKAGE.rglob("*.py"))

# Room: (rooms it may import, third parties it may import). What may be imported in functions only has a star.
# refusal is open to all, and NumPy to all that compute.
ROOMS = {
    "__init__": ({"series", "layout", "cell"}, set()),
    "refusal": (set(), {"numpy"}),
    "series": (set(), {"numpy"}),
    "layout": (set(), {"numpy"}),
    "cell": (set(), {"numpy"}),
    "torch_lstm": ({"layout", "cell"}, {"numpy", "torch"}),
    "ways": ({"series", "layout", "cell", "torch_lstm"}, {"numpy", "torch"}),
    "table": ({"series"}, set()),
    "keep": (set(), {"numpy", "torch*"}),
    "claims": ({"keep"}, {"numpy", "IPython*"}),
    "work": (set(), {"torch"}),
    "marks": (set(), {"numpy", "matplotlib.patches"}),
    "show": (
        {"marks"},
        {"numpy", "ipywidgets", "traitlets", "matplotlib.backends.backend_svg", "matplotlib.figure"},
    ),
    "check": (set(), {"numpy"}),
    # A lesson imports what it shows, and no other lesson: each is a room of its own below.
    "lessons": (
        {"series", "layout", "cell", "show", "marks", "check", "table", "keep", "torch_lstm", "ways"},
        {"numpy", "torch", "matplotlib.patches", "keras*", "IPython*", "sklearn*"},
    ),
}
HEAVY = {"torch", "matplotlib", "ipywidgets", "IPython", "scipy", "pandas", "sklearn", "traitlets", "keras"}


def dotted(file):
    """lstm_demo/show/style.py -> lstm_demo.show.style; a folder's __init__.py -> the folder."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name):
    """The room of a module of ours: lstm_demo.show.style -> show; lstm_demo -> __init__."""
    return [*name.split("."), "__init__"][1]


MODULES = {dotted(file): file for file in FILES}


@cache
def imports(name):
    """{(module imported, whether inside a function)} of one of our modules, all of it absolute."""
    file, found = MODULES[name], set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    home = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree):
        late = id(node) in inside
        if isinstance(node, ast.Import):
            found |= {(alias.name, late) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(
                [*home[: len(home) - node.level + 1], *filter(None, [node.module])] if node.level else [node.module]
            )
            below = [f"{base}.{alias.name}" for alias in node.names]
            # a name from a folder may be a module of its own
            found |= {(one if one in MODULES or base == "matplotlib" else base, late) for one in below}
    return frozenset(found)


def allowed(wanted, table, late):
    parts = wanted.split(".")
    prefixes = {".".join(parts[: k + 1]) for k in range(len(parts))}
    return any(p in table or (late and f"{p}*" in table) for p in prefixes)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_its_room_may(name):
    here = room(name)
    assert here in ROOMS, f"{name} is in no room of the house"
    rooms, others = ROOMS[here]
    for wanted, late in sorted(imports(name)):
        top = wanted.split(".")[0]
        if top == "lstm_demo":
            there = room(wanted)
            assert there in (here, "refusal") or allowed(there, rooms, late), f"{name} imports {wanted}"
        elif top not in sys.stdlib_module_names:
            assert allowed(wanted, others, late), f"{name} imports {wanted}{'' if late else ', at its top'}"


def test_no_lesson_imports_another():
    for name in MODULES:
        others = {wanted for wanted, _ in imports(name) if room(name) == room(wanted) == "lessons"}
        lesson = name.split(".")[2:3]  # a lesson may be a folder, whose files import each other
        assert {wanted for wanted in others if wanted.split(".")[2:3] not in ([], lesson)} == set(), name


def test_no_import_goes_in_a_circle():
    done = set()

    def visit(name, path):
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for wanted in sorted({w for w, _late in imports(name)} & set(MODULES)):
                visit(wanted, [*path, name])
            done.add(name)

    for name in MODULES:
        visit(name, [])


def test_every_room_that_is_built_is_in_the_table_and_the_lessons_rooms_are_built():
    built = {room(name) for name in MODULES}
    assert built <= set(ROOMS)
    assert set(ROOMS) == built


@pytest.mark.parametrize("name", MODULES)
def test_no_module_outgrows_300_lines_and_no_lesson_400(name):
    most = 400 if room(name) == "lessons" else 300
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= most


# --- the door --------------------------------------------------------------------------------------------------------

DOOR = """
import sys, time
before = time.process_time()  # what it worked: beside other work a clock on the wall told 0.95 s
import lstm_demo
print(time.process_time() - before, *{name.split(".")[0] for name in sys.modules})
"""


def test_the_door_is_light():
    times = []
    for _ in range(5):
        answer = subprocess.run(
            [sys.executable, "-c", DOOR], capture_output=True, text=True, check=True, cwd=PACKAGE.parent, timeout=60
        )
        seconds, *loaded = answer.stdout.split()
        assert "numpy" in loaded
        assert not HEAVY & set(loaded)
        times.append(float(seconds))
        if min(times) < 0.3:
            break
    assert min(times) < 0.3, times


# --- names that others rely on ---------------------------------------------------------------------------------------

NAMES = [
    "lstm_demo.pad_left(lengths)",
    "lstm_demo.pad_right(lengths)",
    "lstm_demo.back_to_back(lengths, lanes, gap=0)",
    "lstm_demo.Layout(series, step)",
    "lstm_demo.Layout.lay(self, ragged, fill=0)",
    "lstm_demo.Layout.unlay(self, grid)",
    "lstm_demo.Layout.windows(self, width)",
    "lstm_demo.ledger(windows, carry=True, detach=True)",
    "lstm_demo.Params(weight_ih, weight_hh, bias)",
    "lstm_demo.State(h, c)",
    "lstm_demo.init_params(features, units, seed=0, forget_bias=1.0)",
    "lstm_demo.step(params, x, state)",
    "lstm_demo.run(params, x, *, mask=None, resets=None, state=None)",
    "lstm_demo.backward(params, trace, dh, dstate=None)",
    "lstm_demo.with_flag(x, mask)",
    "lstm_demo.four_labels()",
    "lstm_demo.unicode_names()",
    "lstm_demo.one_hot(codes)",
    "lstm_demo.torch_lstm.StatelessLSTM(features, units)",
    "lstm_demo.torch_lstm.StatelessLSTM.forward(self, x, *, mask=None, resets=None, state=None)",
    "lstm_demo.torch_lstm.StatefulLSTM(features, units)",
    "lstm_demo.torch_lstm.StatefulLSTM.forward(self, x, *, mask=None, resets=None)",
    "lstm_demo.torch_lstm.StatefulLSTM.reset_states(self, lanes=None)",
    "lstm_demo.torch_lstm.RaggedLSTM(features, units, layers=1, bidirectional=False)",
    "lstm_demo.torch_lstm.RaggedLSTM.forward(self, series, state=None, cells=False, lanes=None)",
    "lstm_demo.torch_lstm.close_gates(nn_lstm)",
    "lstm_demo.torch_lstm.collate(examples)",
    "lstm_demo.torch_lstm.params_of(nn_lstm)",
    "lstm_demo.torch_lstm.load_params(nn_lstm, params)",
    "lstm_demo.show.predict(question, options, answer, why)",
]
# What design.md names by what it is and not by what the argument is called.
BY_PLACE = {"nn_lstm", "options"}


@pytest.mark.parametrize("written", NAMES)
def test_a_name_that_others_rely_on_is_called_as_written(written):
    path, arguments = re.fullmatch(r"([\w.]+)\((.*)\)", written).groups()
    module = next(m for k in (2, 1) if (m := ".".join(path.split(".")[:k])) in MODULES)
    found = reduce(getattr, path.removeprefix(f"{module}.").split("."), import_module(module))
    want = inspect.signature(eval(f"lambda {arguments}: None")).parameters.values()
    have = list(inspect.signature(found).parameters.values())
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    for one, other in zip([p for p in want if p.kind in kinds], have, strict=False):
        assert one.name in {other.name, *BY_PLACE}
        assert (one.kind, one.default) == (other.kind, other.default)
    extra = have[len(want) :]
    assert len(have) >= len(want)
    assert all(p.default is not p.empty or p.kind is p.VAR_KEYWORD for p in extra)


def test_what_is_read_off_by_name_is_there():
    layout = ld.pad_left([1, 2])
    for name in ("series", "step", "mask", "resets", "lengths", "places"):
        assert hasattr(layout, name)
    assert ld.Trace._fields[:6] == ("i", "f", "g", "o", "c", "h")
    assert isinstance(ld.Trace.final, property)
    assert {"params", "x", "state"} <= set(ld.Grads._fields)
    assert ld.Entry._fields == ("start", "link", "resets", "held")


def test_everything_that_the_door_offers_is_there_and_in_order():
    assert sorted(ld.__all__) == list(ld.__all__)
    assert all(hasattr(ld, name) for name in ld.__all__)


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("lstm_demo.lessons.")])
def test_checks_of_answers_are_named_so(name):
    found = vars(import_module(name)).items()
    assert all(name.startswith("check_") for name, one in found if hasattr(one, "mistakes") and hasattr(one, "truth"))
