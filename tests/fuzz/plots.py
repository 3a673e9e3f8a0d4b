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
    typed = explore.typed(NET, "AB")
    layout = ld.pad_left([2, 3])
    confusion = plots.Confusion("all", ("a", "b"), np.array([[3, 1], [0, 2]]))
    lags = plots.Lags("trained", np.arange(3), {"a": np.array([[0.0, 0.5, 1.0]])}, 1)
    return {
        "held": explore.held("flag", "left", 2, 3),
        "lags": lags,
        "reach": explore.reach_of(4),
        "trained": explore.stored_training("Keras"),
        "confusion": confusion,
        "price": plots.Price("two", layout, ld.back_to_back([2, 3], 1)),
        "race": explore.stored_race("names"),
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


def judge_reaches(given, found):
    """All up to the first are learnt, none from the second on is: by the median of each column."""
    lags, errors = (np.array(given[name], float).tolist() for name in ("lags", "errors"))
    middle = [float(np.median(np.minimum(column, 1.3))) for column in zip(*errors, strict=True)]
    learnt = [lag for k, lag in enumerate(lags) if max(middle[: k + 1]) < 0.1]
    lost = [lag for k, lag in enumerate(lags) if min(middle[k:]) > 0.8]
    assert found == (int(learnt[-1]) if learnt else None, int(lost[0]) if lost else None)


NAMED = {"step": "one"}  # all others: data


def plot_cases():
    others = st.sampled_from([*KINDS.values(), *JUNK])
    for name, data in KINDS.items():
        named, kind = (NAMED.get(name, "data"),), type(data)
        good = takes(data=st.one_of(st.just(data), others))
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
    "plots.reaches": Case(
        takes(lags=st.just(np.arange(3)), errors=st.just(np.array([[0.0, 0.05, 0.9], [0.01, 0.5, 0.9]]))),
        plots.reaches,
        judge_reaches,
        share=3,
    ),
    "plots.look": Case(takes(data=st.just(None)), plots.look),
    "plots.empty_share": Case(
        takes(layout=layouts), plots.empty_share, lambda g, r: near(r, 1 - g["layout"].mask.mean())
    ),
}
