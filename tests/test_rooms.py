"""The rooms of the house: who may import whom, how light the door is, and the names that others rely on."""

import ast
import inspect
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import lstm_demo as ld
from lstm_demo import show, torch_lstm

PACKAGE = Path(ld.__file__).resolve().parent

# What a room may import beside itself, the standard library and `refusal`; with a star, inside functions only.
# A lesson imports what it shows, and no other lesson: each is a room of its own.
ROOMS = {
    "__init__": "series layout cell",
    "refusal": "numpy",
    "series": "numpy",
    "layout": "numpy",
    "cell": "numpy",
    "torch_lstm": "layout cell numpy torch",
    "ways": "series layout cell torch_lstm numpy torch",
    "table": "series",
    "keep": "numpy torch*",
    "claims": "keep numpy IPython*",
    "work": "torch",
    "marks": "numpy matplotlib.patches",
    "show": "marks numpy ipywidgets traitlets matplotlib.backends.backend_svg matplotlib.figure",
    "check": "numpy",
    "lessons": "series layout cell show marks check table keep torch_lstm ways"
    " numpy torch matplotlib.patches keras* IPython* sklearn*",
}


def dotted(file):
    """lstm_demo/show/explorer.py -> lstm_demo.show.explorer; a folder's __init__.py -> the folder."""
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def room(name):
    """lstm_demo.show.explorer -> show; lstm_demo -> __init__."""
    return [*name.split("."), "__init__"][1]


def imports(name):
    """Yield (module imported, whether inside a function) of one of our modules, in full."""
    nodes = [*ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8")))]
    late = {inside for node in nodes if isinstance(node, ast.FunctionDef) for inside in ast.walk(node)}
    home = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), home)
            below = [f"{base}.{alias.name}" for alias in node.names]  # each may be a module of its own
            yield from ((one if one in MODULES else base, node in late) for one in below)


MODULES = {dotted(file): file for file in sorted(PACKAGE.rglob("*.py"))}
IMPORTS = {name: [*imports(name)] for name in MODULES}


def test_a_module_imports_only_what_its_room_may_and_a_lesson_no_other():
    assert {room(name) for name in MODULES} == set(ROOMS)
    for name, found in IMPORTS.items():
        own = ".".join(name.split(".")[1 : 3 if room(name) == "lessons" else 2])
        listed = ["refusal", own, *ROOMS[room(name)].split()]
        for wanted, late in found:
            may = [one.rstrip("*") for one in listed if late or not one.endswith("*")]
            fits = any(f"{wanted.removeprefix('lstm_demo.')}.".startswith(f"{one}.") for one in may)
            assert fits or wanted.split(".")[0] in sys.stdlib_module_names, f"{name} imports {wanted}"


def test_no_import_goes_in_a_circle_not_even_one_inside_a_function():
    graph = {name: {wanted for wanted, _ in found} & set(MODULES) for name, found in IMPORTS.items()}
    assert len([*TopologicalSorter(graph).static_order()]) == len(MODULES)  # or it says CycleError, and which


def test_no_module_outgrows_300_lines_and_no_lesson_400():
    lines = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in MODULES.items()}
    assert [name for name in lines if lines[name] > (400 if room(name) == "lessons" else 300)] == []


HEAVY = {"torch", "matplotlib", "ipywidgets", "IPython", "scipy", "pandas", "sklearn", "traitlets", "keras"}
DOOR = """
import sys, time
before = time.process_time()  # what it worked: beside other work a clock on the wall told 0.95 s
import lstm_demo
print(time.process_time() - before, *sys.modules)
"""


def test_the_door_is_light():
    seconds = []
    while len(seconds) < 5 and min(seconds, default=1) > 0.3:
        told = subprocess.run([sys.executable, "-c", DOOR], capture_output=True, text=True, check=True).stdout.split()
        seconds.append(float(told[0]))
        assert HEAVY.isdisjoint(told)
    assert min(seconds) < 0.3


# --- names that others rely on ---------------------------------------------------------------------------------------

HOUSE = {"ld": ld, "torch_lstm": torch_lstm, "show": show}
NAMES = """\
ld.pad_left(lengths, *, width=None)
ld.pad_right(lengths, *, width=None)
ld.back_to_back(lengths, lanes, gap=0)
ld.Layout(series, step, count=None)
ld.Layout.lay(self, ragged, fill=0)
ld.Layout.unlay(self, grid)
ld.Layout.windows(self, width)
ld.ledger(windows, carry=True, detach=True)
ld.Params(weight_ih, weight_hh, bias)
ld.State(h, c)
ld.Trace(i, f, g, o, c, h, x, mask, resets, start)
ld.Grads(params, x, h, c, state)
ld.Entry(start, link, resets, held)
ld.init_params(features, units, seed=0, forget_bias=1.0)
ld.step(params, x, state)
ld.run(params, x, *, mask=None, resets=None, state=None)
ld.backward(params, trace, dh, dstate=None)
ld.with_flag(x, mask)
ld.four_labels()
ld.unicode_names()
ld.one_hot(codes)
torch_lstm.StatelessLSTM(features, units)
torch_lstm.StatelessLSTM.forward(self, x, *, mask=None, resets=None, state=None)
torch_lstm.StatefulLSTM(features, units)
torch_lstm.StatefulLSTM.forward(self, x, *, mask=None, resets=None)
torch_lstm.StatefulLSTM.reset_states(self, lanes=None)
torch_lstm.RaggedLSTM(features, units, layers=1, bidirectional=False)
torch_lstm.RaggedLSTM.forward(self, series, state=None, cells=False, lanes=None)
torch_lstm.close_gates(lstm)
torch_lstm.collate(examples)
torch_lstm.params_of(lstm)
torch_lstm.load_params(lstm, params)
show.predict(question, options, answer, why)
""".splitlines()


def called(path):
    """The name with its arguments, as it is there now."""
    arguments = inspect.signature(eval(path, HOUSE)).parameters.values()
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in arguments]
    return f"{path}{inspect.Signature(bare)}"


def test_a_name_that_others_rely_on_is_called_as_written():
    assert [called(written.partition("(")[0]) for written in NAMES] == NAMES
