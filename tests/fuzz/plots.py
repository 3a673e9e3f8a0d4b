"""What the fuzz knows of `plots`."""

from functools import partial

import numpy as np
from fuzzing import JUNK
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import explore, plots

from .case import Case, layouts, near, takes
from .names import NET


def data_of_each_kind():
    board = explore.board_of("left padding", [2, 3])
    typed = explore.typed(NET, "AB")
    layout = ld.pad_left([2, 3])
    confusion = plots.Confusion("all", ("a", "b"), np.array([[3, 1], [0, 2]]))
    apart = explore.contamination(ld.init_params(1, 2), ld.four_labels()[0], 3)
    states = plots.States("one", np.array([0.1, 0.2]), np.array([0.1, 2.0]))
    step = explore.one_step(explore.HAND_PARAMS, 1.0, 0.0, 0.0)
    return {
        "board": board,
        "confusion": confusion,
        "contamination": plots.Contamination("zeros", *apart, 2),
        "ledger": explore.book_of(layout, 2),
        "price": plots.Price("two", layout, ld.back_to_back([2, 3], 1)),
        "race": explore.stored_race("names"),
        "states": states,
        "step": step,
        "typed": typed,
    }


KINDS = data_of_each_kind()


def on_paper(plot, data):
    from matplotlib.figure import Figure

    return plot(data, ax=Figure(figsize=(9, 4)).add_subplot())


def judge_axes(_given, ax):
    assert ax.get_title(loc="left") or ax.get_title(loc="right")


def judge_sentence(_given, sentence):
    assert isinstance(sentence, str)
    assert sentence.endswith(".")


def judge_kind(kind, judge):
    def judged(given, result):
        assert type(given["data"]) is kind
        judge(given, result)

    return judged


def plot_cases():
    good = takes(data=st.sampled_from([*KINDS.values(), *JUNK]))
    for name, data in KINDS.items():
        named, kind = ({"board": "board", "ledger": "book", "step": "one"}.get(name, "data"),), type(data)
        plot, describe = getattr(plots, f"plot_{name}"), getattr(plots, f"describe_{name}")
        drawn = partial(on_paper, plot)
        yield f"plots.plot_{name}", Case(good, drawn, judge_kind(kind, judge_axes), named, 0.4, fixed=("data",))
        yield (
            f"plots.describe_{name}",
            Case(good, spoken(describe), judge_kind(kind, judge_sentence), named, fixed=("data",)),
        )


def spoken(describe):
    return lambda data: describe(data)  # whatever its argument is called


CASES = {
    **dict(plot_cases()),
    "plots.look": Case(takes(data=st.just(None)), plots.look),
    "plots.empty_share": Case(
        takes(layout=layouts), plots.empty_share, lambda g, r: near(r, 1 - g["layout"].mask.mean())
    ),
}
