"""Make docs/bad_input.md: bad inputs, one by one, and what each gets for an answer: `make refusals`.

A case is (what is wrong, what is called); a third, where it is taken here too, says why. The page shows the call as it
is written here. What others make of it is in benchmarks/results/elsewhere.json, as `benchmarks/elsewhere.py` saw it.
"""

import ast
import json
import sys
from pathlib import Path

import numpy as np
import torch

import lstm_demo as ld
from lstm_demo import (
    checkpoint,
    echo,
    explore,
    names,
    plots,
    recall,
    rivals,
    series,
    tables,
    torch_lstm,
    training,
    trajectory,
    ways,
)

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "bad_input.md"
ELSEWHERE = json.loads((ROOT / "benchmarks" / "results" / "elsewhere.json").read_text(encoding="utf-8"))

# What the calls are given: three series of 2, 3 and 4 steps, one feature, two units.
torch.manual_seed(0)
layout = ld.pad_right([2, 3, 4])
left = ld.pad_left([2, 3, 4])
ragged = [np.arange(1.0, n + 1)[:, None] for n in (2, 3, 4)]
x, params = layout.lay(ragged), ld.init_params(1, 2)
state, two = (ld.State(np.zeros((n, 2)), np.zeros((n, 2))) for n in (3, 2))
trace = ld.run(params, x, mask=layout.mask)
X, MASK = torch.tensor(x).float(), torch.tensor(layout.mask)
STATE, TWO = (ld.State(*(torch.tensor(s).float() for s in pair)) for pair in (state, two))
net, ragged_net, lstm = (
    torch_lstm.StatelessLSTM(1, 2),
    torch_lstm.RaggedLSTM(1, 2),
    torch.nn.LSTM(1, 2, batch_first=True),
)
closed, tagger = torch_lstm.close_gates(lstm), names.NameNet(2)
tensors = [torch.tensor(one).float() for one in ragged]
name = torch.from_numpy(ld.encode("SNOWMAN"))
nan = float("nan")
recaller, packer = recall.RecallNet("mask", units=2), recall.RecallNet("packed", units=2)
echoer, speller = echo.new_net(0, 3), ld.init_params(38, 3)
spelt = explore.states_of(speller, "LATIN")
plane = trajectory.projection(spelt)


def holed():
    """x with a NaN at a real step."""
    spoilt = x.copy()
    spoilt[0, 1] = nan
    return spoilt


def kept():
    """A stateful net that has read three lanes."""
    stateful = torch_lstm.StatefulLSTM(1, 2)
    stateful(X)
    return stateful


WRONG_SIDE = (
    "a mask may have holes anywhere, so one that fits another layout is a mask like any other; "
    "take both from one layout, as layout.lay and layout.mask"
)
ORDER = "rows carry no names: whose state stands in which row, only the caller knows; StatefulLSTM keeps its own"
NUMBERS = "they are numbers like any others; what they mean, no shape can tell"
SQUARE = "two lanes of two units look the same either way; a State is always (lanes, units)"
TORCH = "to look costs a pass over the data, so the torch nets leave it to the caller, and say so; ld.run looks"

# Run by benchmarks/frameworks.py, in a process of its own, as it may end the process.
NOT_ASKED = {"h0 of another batch for closed gates": "torch.lstm, the bare kernel: see [frameworks](frameworks.md)"}

PADDING = ELSEWHERE["rows"]["NaN in the padding"]["flax"]["seen"]

CASES = [
    # lengths
    ("lengths longer than the tensor", lambda: ld.pad_right([2, 3, 9]).unlay(x)),
    ("lengths longer than the width asked for", lambda: ld.pad_right([2, 9], width=4)),
    ("fewer lengths than rows", lambda: ld.pad_right([2, 3]).unlay(x)),
    ("fewer series than lengths", lambda: layout.lay(ragged[:2])),
    ("more series than lengths", lambda: ld.pad_right([2, 3]).lay(ragged)),
    ("float lengths", lambda: ld.pad_right([2.0, 3.7])),
    ("float lengths in an array", lambda: ld.pad_left(np.array([2.0, 3.0]))),
    ("a length of zero", lambda: ld.pad_right([2, 0])),
    ("a negative length", lambda: ld.pad_left([2, -1])),
    ("True for a length", lambda: ld.pad_right([True, 2])),
    ("no lengths", lambda: ld.pad_left([])),
    ("lengths as a column", lambda: ld.pad_left([[2], [3]])),
    ("one number for lengths", lambda: ld.pad_left(3)),
    ("words for lengths", lambda: ld.pad_left(["2", "3"])),
    ("NaN among the lengths", lambda: ld.pad_left([2, nan])),
    ("a masked array of lengths", lambda: ld.pad_left(np.ma.array([2, 3], mask=[0, 1]))),
    ("more lanes than series", lambda: ld.back_to_back([2, 3], 3)),
    ("a negative gap", lambda: ld.back_to_back([2, 3], 1, gap=-1)),
    ("half a window", lambda: layout.windows(1.5)),
    ("windows of no width", lambda: layout.windows(0)),
    ("windows in another order", lambda: ld.ledger(layout.windows(2)[::-1])),
    ("a layout that tears a series in two", lambda: ld.Layout([[0, -1], [0, -1]], [[0, -1], [1, -1]])),
    ("a layout that runs backwards", lambda: ld.Layout([[0, 0]], [[1, 0]])),
    ("series of other lengths than the layout's", lambda: layout.lay(ragged[::-1])),
    ("series of two dtypes", lambda: ld.pad_right([1, 1]).lay([[1], [2.5]])),
    (
        "a fill that the dtype cannot hold",
        lambda: ld.pad_left([1, 2]).lay([[1], [2, 3]], fill=0.5),
    ),
    ("a complex fill", lambda: layout.lay(ragged, fill=1j)),
    # masks and resets
    ("0/1 integers as mask", lambda: ld.run(params, x, mask=layout.mask.astype(int))),
    ("0/1 integers as mask, in torch", lambda: net(X, mask=MASK.int())),
    (
        "0/1 integers as lanes to reset",
        lambda: kept().reset_states(np.array([1, 0, 1])),
    ),
    ("indices as lanes to reset", lambda: kept().reset_states([0, 2])),
    ("a float mask", lambda: ld.run(params, x, mask=layout.mask * 1.0)),
    ("0/1 integers as resets", lambda: ld.run(params, x, resets=layout.resets.astype(int))),
    ("a mask with an axis for features", lambda: ld.run(params, x, mask=layout.mask[..., None])),
    ("a mask turned round, (T, B)", lambda: ld.run(params, x, mask=layout.mask.T)),
    ("one mask for all lanes", lambda: ld.run(params, x, mask=layout.mask[0])),
    ("a list for a mask, in torch", lambda: net(X, mask=layout.mask.tolist())),
    ("a NumPy mask, in torch", lambda: net(X, mask=layout.mask)),
    ("a mask of the wrong side", lambda: ld.run(params, x, mask=left.mask), WRONG_SIDE),
    (
        "a mask of the wrong side over what is NaN in the padding",
        lambda: ld.run(params, layout.lay(ragged, fill=nan), mask=left.mask),
    ),
    ("a flag feature of 0/1 integers", lambda: ld.with_flag(x, layout.mask.astype(int))),
    ("the flag's mask of another batch", lambda: ld.with_flag(x, layout.mask[:2])),
    ("words instead of True", lambda: ld.ledger(layout.windows(2), carry="no")),
    # states
    ("states of another batch", lambda: ld.run(params, x, state=two)),
    ("states of another batch, in torch", lambda: net(X, state=TWO)),
    ("states of another batch, ragged", lambda: ragged_net(tensors, state=TWO)),
    ("another batch for a net that keeps its state", lambda: kept()(X[:2])),
    (
        "one lane's state for all",
        lambda: ld.run(params, x, state=ld.State(np.zeros((1, 2)), np.zeros((1, 2)))),
    ),
    (
        "a state (layers, lanes, units), as nn.LSTM has it",
        lambda: net(X, state=ld.State(STATE.h[None], STATE.c[None])),
    ),
    ("h0 turned round", lambda: net(X, state=ld.State(STATE.h.T, STATE.c.T))),
    (
        "h0 turned round, as many lanes as units",
        lambda: net(X[:2], state=ld.State(TWO.h.T, TWO.c.T)),
        SQUARE,
    ),
    (
        "a shuffled batch with carried states",
        lambda: ld.run(params, x[::-1].copy(), state=state),
        ORDER,
    ),
    ("h without c", lambda: ld.run(params, x, state=state.h)),
    ("h0 alone for closed gates", lambda: closed(torch.zeros(3, 4, 2), torch.zeros(1, 3, 2))),
    (
        "h0 of another batch for closed gates",
        lambda: closed(torch.zeros(3, 4, 2), (torch.zeros(1, 2, 2),) * 2),
    ),
    ("NaN in a carried state", lambda: ld.run(params, x, state=ld.State(state.h + nan, state.c))),
    # what is read
    ("NaN in real steps", lambda: ld.run(params, holed(), mask=layout.mask)),
    ("infinity in real steps", lambda: ld.run(params, x + np.inf)),
    ("NaN in real steps, in torch", lambda: net(X + nan), TORCH),
    ("features turned into steps by reshape", lambda: ld.run(params, x.reshape(3, 2, 2))),
    (
        "steps made of features, one feature left",
        lambda: ld.run(params, np.zeros((3, 2, 2)).reshape(3, 4, 1)),
        NUMBERS,
    ),
    ("one series without its axis of lanes", lambda: net(X[0])),
    ("time first", lambda: ld.run(params, x.swapaxes(0, 1)[:, :, 0])),
    ("time first, both axes there", lambda: ld.run(params, x.swapaxes(0, 1)), NUMBERS),
    ("one feature too many", lambda: ld.run(params, np.zeros((3, 4, 2)))),
    ("no step at all", lambda: ld.run(params, np.zeros((3, 0, 1)))),
    ("complex numbers", lambda: ld.run(params, x * 1j)),
    ("words", lambda: ld.run(params, [[["one"]]])),
    ("a ragged list", lambda: ld.run(params, [[[1.0], [2.0]], [[3.0]]])),
    ("float64 for float32 weights", lambda: net(X.double())),
    ("an array for a net of torch", lambda: net(x)),
    ("an empty series among others", lambda: ragged_net([tensors[0], tensors[0][:0]])),
    ("a padded tensor instead of a list", lambda: ragged_net(X)),
    (
        "series of two dtypes, in torch",
        lambda: ragged_net([tensors[0], tensors[1].double()]),
    ),
    ("a sparse tensor", lambda: net(X.to_sparse())),
    ("two layers for closed gates", lambda: torch_lstm.close_gates(torch.nn.LSTM(1, 2, 2))),
    ("time first for a way", lambda: ways.WAYS["packed"].run(torch.nn.LSTM(1, 2), tensors)),
    # weights and gradients
    (
        "weights that float32 cannot hold",
        lambda: torch_lstm.load_params(lstm, params._replace(bias=params.bias + 1e300)),
    ),
    ("NaN in weights", lambda: ld.run(params._replace(bias=params.bias * nan), x)),
    ("weights of another size", lambda: torch_lstm.load_params(lstm, ld.init_params(2, 2))),
    ("a gradient of one number", lambda: ld.backward(params, trace, 1.0)),
    ("the trace of other weights", lambda: ld.backward(ld.init_params(1, 3), trace, x)),
    ("units as a float", lambda: ld.init_params(1, 2.0)),
    ("no seed", lambda: ld.recall_first(3, 1, 2, seed=None)),
    ("a weights file of another net", lambda: checkpoint.load(tagger, series.data_file("name_stream.npz"))),
    (
        "a file that holds no weights",
        lambda: checkpoint.load(tagger, series.data_file("race.csv")),
    ),
    # letters and lessons
    ("a letter that has no code", lambda: ld.encode("CAFÉ")),
    ("an empty name", lambda: ld.encode("")),
    ("a code of no letter", lambda: ld.one_hot([0, -1])),
    ("letters as floats", lambda: tagger([name.float()])),
    ("fewer categories than names", lambda: list(names.train(tagger, [name, name], torch.tensor([1]), epochs=1))),
    ("a category that is none", lambda: tagger.loss([name], torch.tensor([8]))),
    ("a rate of NaN", lambda: training.fit([tagger], lambda chosen: 0, 3, steps=1, rate=nan)),
    ("a way that is none", lambda: explore.board_of("right", [2, 3])),
    ("an answer that cannot be guessed", lambda: explore.predict("How many?", range(3), 3, "So.")),
    ("a picture of something else", lambda: plots.plot_states(plots.counted)),
    # what lessons 01 and 04 to 07 added
    ("one length for three series", lambda: ld.pad_right([2]).lay(ragged)),
    ("done flags of one lane for three", lambda: kept().reset_states(np.array([True]))),
    ("a stateful batch that no number of samples fills", lambda: explore.in_batches(params, x, 2, keep=True)),
    ("an order that names a sample twice", lambda: explore.in_batches(params, x, 1, keep=True, order=[0, 0, 1])),
    ("a masked mean over 0/1 integers", lambda: recaller(X, MASK.int())),
    ("a mask of another batch", lambda: recaller(X, MASK[:2])),
    ("a mask without a real step in a lane, packed", lambda: packer(X, MASK & (MASK.sum(1) > 2)[:, None])),
    ("the flag of 0/1 integers, in torch", lambda: recall.flagged(X, MASK.int())),
    ("a carried state that is h alone", lambda: echoer(X, (torch.zeros(1, 3, 3),))),
    ("a carried state of another batch", lambda: echoer(X, (torch.zeros(1, 2, 3), torch.zeros(1, 2, 3)))),
    ("answers and targets of two ranks", lambda: echo.mse(torch.ones(3, 3, 1), torch.ones(3, 3))),
    ("a way of carrying that is none", lambda: echo.measure_many(4, [1], "kept", [0])),
    ("windows wider than the test", lambda: echo.error(echoer, 500, 1)),
    ("one series without its axis of lanes, for windows", lambda: rivals.WindowNet(2)(X[0])),
    ("a lag beyond the row", lambda: rivals.echo(4, 13, seed=0)),
    ("an event that is none", lambda: torch_lstm.changed(kept(), "reset")),
    ("states of another net in a plane", lambda: plane(np.zeros((5, 2)))),
    ("forget gates above 1", lambda: trajectory.foreseen([[1.5, 0.5]], [1.0, 1.0])),
    ("one difference for all units", lambda: trajectory.foreseen([[0.9, 0.5]], [1.0])),
    ("0/1 integers for units that are on", lambda: trajectory.spans([[0, 1], [1, 1]])),
    ("two letters in the place of one", lambda: explore.perturbed(speller, "LATIN", 1, "EN")),
    ("one name where two are wanted", lambda: explore.portrait_of(speller, plane, spelt, "LATIN", 3)),
    ("distances of two lengths", lambda: explore.fading_of("fades", {"a": [2, 1], "b": [2]})),
    ("what was measured for one state, asked for by letter", lambda: explore.stored_lags(4, "reset")),
    ("a field that rows have not", lambda: tables.gathered(tables.name_scores()[:2], "colour", value="accuracy")),
]


def calls():
    """The calls of CASES as they are written above."""
    (cases,) = (
        node.value
        for node in ast.parse(Path(__file__).read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CASES"
    )
    return [ast.unparse(case.elts[1].body) for case in cases.elts]


def answer(call, why=""):
    """The message that the call gets, or why it gets none."""
    try:
        call()
    except ValueError as error:
        return f"taken, said the table, but: {error}" if why else str(error).replace(str(ROOT), ".")
    return f"*taken*: {why}" if why else "TAKEN WITHOUT A WORD"


def page():
    rows = [
        f"| {k} | {what} | `{call}` | {cell(elsewhere(what))} | {cell(answer(*rest))} |"
        for k, ((what, *rest), call) in enumerate(zip(CASES, calls(), strict=True), 1)
    ]
    versions = ", ".join(f"{library} {version}" for library, version in ELSEWHERE["versions"].items())
    taken = sum(len(case) > 2 for case in CASES)
    head = HEAD.format(count=len(rows), taken=taken, date=ELSEWHERE["date"], versions=versions, padding=PADDING)
    return head + "\n".join(rows) + "\n"


def elsewhere(what):
    """Who takes it, and what then came; who refuses it; a dash where nobody was asked."""
    seen = ELSEWHERE["rows"].get(what, {})
    taken = [f"**{library}**: {one['seen']}" for library, one in seen.items() if one["taken"]]
    refused = [library for library, one in seen.items() if not one["taken"]]
    return "; ".join([*taken, *([f"refused by {', '.join(refused)}"] if refused else [])]) or NOT_ASKED.get(what, "–")


def cell(text):
    return " ".join(text.replace("|", "\\|").split())


HEAD = """\
# Bad input, and what it gets

{count} inputs that are wrong, each tried by `make refusals`, which makes this page; a test holds it to what is so now.
{taken} of them are *taken*, as they look like right ones or it would cost too much to look; why stands in their row.
All others raise a ValueError that says which argument, what was expected, what came, and what to do.

The column *elsewhere* was run by `benchmarks/elsewhere.py` on {date}, on processors only, with
{versions} (Keras on TensorFlow, flax as nnx.RNN).
In bold, who takes such a thing without an error, and what came of it; a dash: not run. NaN in the padding is no bad
input here, as the mask leaves it out; flax: {padding}.
The names in the calls are those of `scripts/bad_input.py`: three series of 2, 3 and 4 steps, one feature, two units.
`B` is the number of lanes, `T` that of steps, `D` that of features.

| | what is wrong | call | elsewhere | answer here |
|---|---|---|---|---|
"""

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit("some input was taken without a word" if "TAKEN WITHOUT" in page() or "but: " in page() else 0)
