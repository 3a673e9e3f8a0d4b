"""Each thing that is wrong is refused by its own name, at once: one wrong thing a call, all else right."""

import numpy as np
import pytest
import torch
from fuzz.explore_more import ONE, ROW
from fuzz.names import NET, WINDOW
from fuzz.trained import ECHO, RECALL
from fuzzing import REFUSAL

from lstm_demo import (
    echo,
    explore,
    keep,
    names,
    plots,
    recall,
    torch_lstm,
)

NAME = torch.tensor([3, 1, 4])
LINEAR = torch.nn.Linear(1, 1)


def _stateful():
    net = torch_lstm.StatefulLSTM(1, 2)
    net(torch.ones(2, 1, 1))
    return net


def _batch_first():
    return torch.nn.LSTM(1, 2, batch_first=True)


EACH = {
    # name: (function, what it takes, {argument: what is wrong, one by one})
    "RecallNet": (
        recall.RecallNet,
        {"way": "mask", "start": "Keras", "units": 2},
        {"way": ["masks", None, 0], "start": ["keras", None], "units": [0, 2.0]},
    ),
    "flagged": (
        recall.flagged,
        {"x": torch.ones(2, 3, 4), "mask": torch.ones(2, 3, dtype=torch.bool)},
        {
            "x": [
                torch.ones(2, 3),
                torch.ones(0, 3, 4),
                torch.ones(2, 0, 4),
                np.ones((2, 3, 4)),
            ],
            "mask": [torch.ones(2, 3), torch.ones(1, 3, dtype=torch.bool), torch.ones(2, 3, 1, dtype=torch.bool)],
        },
    ),
    **{
        f"RecallNet.forward, {way}": (
            lambda x, mask, net=net: net(x, mask),
            {"x": torch.ones(2, 3, 1), "mask": torch.ones(2, 3, dtype=torch.bool)},
            {
                "x": [
                    torch.ones(2, 3, 2),
                    torch.ones(2, 3),
                    torch.ones(0, 3, 1),
                    torch.ones(2, 0, 1),
                    torch.ones(2, 3, 1).double(),
                    np.ones((2, 3, 1), np.float32),
                ],
                "mask": [
                    torch.ones(2, 3),
                    torch.ones(1, 3, dtype=torch.bool),
                    torch.ones(2, 3, 1, dtype=torch.bool),
                    np.ones((2, 3), bool),
                    *[torch.tensor([[True] * 3, [False] * 3])][: way == "packed"],
                ],
            },
        )
        for way, net in RECALL.items()
    },
    "recall.laid": (
        recall.laid,
        {"side": "left", "count": 2, "seed": 1, "width": 16},
        {"side": ["middle", None], "count": [0, 1.0], "width": [3, 16.0]},
    ),
    "fresh": (recall.fresh, {"way": "mask", "seed": 0}, {"seed": [-1, 0.0, None, True]}),
    "recall.train": (
        recall.train,
        {"way": "mask", "side": "left", "batches": 1, "count": 2},
        {"batches": [0, 1.0, True], "side": ["up"]},
    ),
    "learnt": (recall.learnt, {"net": RECALL["mask"], "side": "left", "count": 3}, {"net": [None, LINEAR]}),
    "answered": (
        recall.answered,
        {"net": RECALL["mask"], "x": torch.ones(2, 3, 1), "positive": torch.ones(2)},
        {
            "net": [None, LINEAR],
            "x": [
                np.ones((2, 3, 1)),
                torch.ones(2, 3, 1).double(),
                torch.ones(2, 3, 2),
            ],
            "positive": [torch.ones(1), torch.ones(2, 1), torch.ones(3), [1.0, 1.0]],
        },
    ),
    "apart": (recall.apart, {"batches": 0, "count": 2}, {"batches": [-1, 0.0, True]}),
    "drop_words": (
        names.drop_words,
        {"name": NAME, "likely": 0.5},
        {
            "name": [
                NAME[:0],
                NAME.int(),
                NAME[None],
                NAME + 36,
                NAME - 4,
                NAME.tolist(),
                NAME.to("meta"),
            ],
            "likely": [-0.1, 1.1, np.nan, None, [0.5], True, "0.5"],
        },
    ),
    "NameNet": (
        lambda names: NET(names),
        {"names": [NAME, NAME]},
        {
            "names": [
                [],
                NAME,
                [NAME, NAME[:0]],
                [NAME, NAME.int()],
                [NAME, NAME + 36],
                [NAME, NAME[None]],
                [NAME, None],
            ]
        },
    ),
    "NameNet of": (names.NameNet, {"units": 2, "drop": 0.0}, {"units": [0, 2.0], "drop": [-0.1, 1.1, None, True]}),
    "NameNet.loss": (
        NET.loss,
        {"names": [NAME, NAME], "targets": torch.tensor([0, 7])},
        {
            "targets": [
                torch.tensor([0]),
                torch.tensor([0, 1, 2]),
                torch.tensor([0, 8]),
                torch.tensor([-1, 0]),
                torch.tensor([[0, 1], [1, 0]]),
                torch.tensor([0.0, 1.0]),
                torch.tensor([0, 1], dtype=torch.int32),
                torch.tensor(1),
                [0, 1],
            ]
        },
    ),
    "names.train": (
        lambda **given: next(names.train(names.NameNet(2), **given)),
        {"names": [NAME, NAME], "targets": torch.tensor([0, 7]), "epochs": 1, "rate": 0.1, "words": 0.5, "batch": 1},
        {
            "names": [[], [NAME, NAME[:0]]],
            "targets": [torch.tensor([0]), torch.tensor([0, 8])],
            "epochs": [0, 1.0],
            "rate": [-1, 1.1, np.nan, "1"],
            "words": [-1, 1.1, None],
            "batch": [0, 1.0],
        },
    ),
    "posterior": (
        names.posterior,
        {"net": NET, "names": [NAME], "at_once": 1},
        {"net": [None, torch.relu], "names": [[], [NAME[:0]], NAME], "at_once": [0, 1.0]},
    ),
    "unfold": (names.unfold, {"net": NET, "name": NAME}, {"net": [WINDOW, None], "name": [NAME[:0], [3], NAME + 36]}),
    "NameReader": (names.NameReader, {"net": NET}, {"net": [WINDOW, None, LINEAR]}),
    "NameReader.read": (
        lambda code: names.NameReader(NET).read(code),
        {"code": 3},
        {
            "code": [
                38,
                -1,
                1.0,
                True,
                torch.tensor([1]),
                torch.tensor(1.0),
                torch.tensor(1, device="meta"),
                None,
            ]
        },
    ),
    "names.WindowNet of": (
        names.WindowNet,
        {"width": 1, "hidden": 1, "drop": 0.5},
        {"width": [0, 1.0], "hidden": [0, 1.0], "drop": [-0.1, 1.1, None]},
    ),
    "names.WindowNet.loss": (
        WINDOW.loss,
        {"names": [NAME, NAME], "targets": torch.tensor([0, 7])},
        {"names": [[], [NAME[:0]] * 2], "targets": [torch.tensor([0]), torch.tensor([0, 8])]},
    ),
    "fit": (
        lambda **given: keep.fit([LINEAR], lambda k: LINEAR(k[:, None].float()).sum() * 0, **given),
        {"count": 2, "steps": 1, "batch": 1, "rate": 0.1},
        {"count": [0, 1.0], "steps": [0, 1.0], "batch": [0], "rate": [0, -1, np.nan, np.inf, [0.1], "0.1", True, None]},
    ),
    "save": (
        lambda module: keep.save(module, "never/written.npz"),
        None,
        {"module": [None, LINEAR.state_dict(), torch.nn.Linear]},
    ),
    "load": (
        lambda module: keep.load(module, "never/written.npz"),
        None,
        {"module": [None, LINEAR.state_dict(), torch.nn.Linear]},
    ),
    "nodes": (echo.nodes, {"loss": torch.ones(())}, {"loss": [None, 1.0, np.ones(())]}),
    "attempt": (
        echo.attempt,
        {"between": echo.keep_value, "retain": False, "update": True, "batches": 1},
        {"between": [None, "carried"], "retain": [0, None], "update": [1, "no"], "batches": [0, 1.0, True]},
    ),
    "readable": (
        echo.readable,
        {"net": ECHO, "lags": [0, 1], "seed": 0},
        {
            "net": [None, ECHO.lstm],
            "lags": [[], 1, iter([1]), [200], [0, -1], [1.0], [True], "1"],
            "seed": [-1, None],
        },
    ),
    "keep_value": (
        echo.keep_value,
        {"state": (torch.ones(1), torch.ones(1))},
        {"state": [None, torch.ones(2), (torch.ones(1), None), [1.0, 2.0]]},
    ),
    "Echo of": (echo.Echo, {"units": 1}, {"units": [0, 1.0, None, True]}),
    "Echo": (
        lambda x, state: ECHO(x, state),
        {"x": torch.ones(2, 3, 1), "state": (torch.ones(1, 2, 3), torch.ones(1, 2, 3))},
        {
            "x": [
                torch.ones(3, 1),
                torch.ones(2, 3, 2),
                torch.ones(0, 3, 1),
                torch.ones(2, 0, 1),
                torch.ones(2, 3, 1).double(),
                torch.ones(2, 3, 1, device="meta"),
                np.ones((2, 3, 1), np.float32),
            ],
            "state": [
                torch.ones(2, 1, 2, 3),
                (torch.ones(1, 2, 3),),
                (torch.ones(1, 2, 3),) * 3,
                (torch.ones(1, 2, 3), None),
                (torch.ones(1, 2, 3), torch.ones(1, 1, 3)),
                (torch.ones(1, 2, 3), torch.ones(2, 3)),
                (torch.ones(1, 2, 3), torch.ones(1, 2, 3).double()),
            ],
        },
    ),
    "new_net": (echo.new_net, {"seed": 0, "units": 1}, {"seed": [-1, None, 0.0, True], "units": [0]}),
    "windows": (
        echo.windows,
        {"count": 2, "width": 2, "lag": 1, "seed": 0, "lanes": 1},
        {"count": [0, 1.0], "width": [0, 2.0, True], "lag": [-1, 4, 1.0], "lanes": [0, 1.0]},
    ),
    "slow_windows": (
        echo.slow_windows,
        {"count": 2, "width": 2, "lag": 1, "seed": 0, "lanes": 1, "stay": 0.5},
        {
            "count": [0, 1.0],
            "width": [0, 2.0, True],
            "lag": [-1, 4, 1.0],
            "lanes": [0, 1.0],
            "seed": [-1, None],
            "stay": [-0.1, 1.1, np.nan, [0.5], "0.5", None],
        },
    ),
    "mse": (
        echo.mse,
        {"said": torch.ones(2, 3, 1), "wanted": torch.ones(2, 3, 1)},
        {
            "said": [np.ones((2, 3, 1)), None, torch.ones(2, 3, 1, dtype=torch.bool)],
            "wanted": [torch.ones(2, 3), torch.ones(1), torch.ones(2, 1, 1), 1.0],
        },
    ),
    "learn": (
        echo.learn,
        {"net": ECHO, "window": 2, "lag": 1, "between": echo.keep_nothing, "updates": 1, "seed": 0},
        {"net": [None, ECHO.lstm], "window": [0, 2.0], "lag": [-1, 2], "between": [None, "reset"], "updates": [0, 1.0]},
    ),
    "error": (
        echo.error,
        {"net": ECHO, "window": 200, "lag": 1, "between": echo.keep_nothing, "seed": 0, "stream": echo.windows},
        {
            "net": [None, ECHO.lstm],
            "window": [0, 2.0, 401],
            "lag": [-1, 400, 1.0],
            "between": [None],
            "stream": [None, "slow"],
        },
    ),
    "measure": (
        echo.measure,
        {"window": 200, "lag": 1, "state": "reset", "seed": 0, "updates": 1},
        {"state": ["kept", None, 0], "seed": [-1, 0.0], "updates": [0]},
    ),
    "measure_many": (
        echo.measure_many,
        {"window": 200, "lags": [1], "state": "reset", "seeds": [0], "updates": 1},
        {
            "window": [0, 2.0],
            "lags": [[], 1, iter([1]), [1.0]],
            "state": ["kept", None],
            "seeds": [[], 0, [-1], [None]],
            "updates": [0, 1.0],
        },
    ),
    "used": (
        explore.used,
        {"params": ONE, "x": ROW, "window": 2, "carry": True},
        {"x": [[], ROW[:, None], ROW * np.nan, 1.0], "window": [0, 2.0], "carry": [1, None]},
    ),
    "blamed": (
        explore.blamed,
        {"params": ONE, "x": ROW, "window": 2, "carry": True, "attach": False},
        {"x": [[], ROW[:, None], ROW * np.nan], "window": [0], "carry": [1], "attach": [0, None]},
    ),
    "predict": (
        explore.predict,
        {"question": "?", "options": range(3), "answer": 1, "why": "."},
        {
            "question": [None, b"?"],
            "options": ["012", range(3, 0, -1), {1, 2}],
            "answer": [3, 1.0, "1", True],
            "why": [0],
        },
    ),
    "start_params": (
        explore.start_params,
        {"start": "PyTorch", "features": 1, "units": 1, "seed": 0},
        {"start": ["pytorch", None], "features": [0, 1.0], "units": [0, 1.0], "seed": [-1, None]},
    ),
    "held": (
        explore.held,
        {"told": "flag", "side": "left", "pads": 1, "weight": 0},
        {"told": ["all", None], "side": ["up"], "pads": [0, 1.0], "weight": [np.nan, [1.0], "1", None]},
    ),
    "flag_params": (
        explore.flag_params,
        {"weights": [1, 2, 3, 4]},
        {"weights": [[1, 2, 3], [[1, 2, 3, 4]], 1, [np.nan] * 4, ["a"] * 4]},
    ),
    "hold_weights": (explore.hold_weights, {"weight": 2}, {"weight": [[2.0], np.inf, "2", None]}),
    "stored_lags": (
        explore.stored_lags,
        {"window": 4, "states": ["reset"]},
        {"window": [3.0, 0, 10**6, None, True], "states": [[], ["kept"], "reset", None, [0]]},
    ),
    "price_of": (
        explore.price_of,
        {"spread": next(iter(explore.SPREADS)), "lanes": 1},
        {"spread": ["all", None], "lanes": [0, 49, 1.0]},
    ),
    "stored_race": (explore.stored_race, {"lengths": "names"}, {"lengths": ["all", None], "mode": ["back", None]}),
    "reach_of": (explore.reach_of, {"window": 2, "loop": "detached"}, {"window": [0, 1.0], "loop": ["cut", None]}),
    "stored_training": (
        explore.stored_training,
        {"start": "Keras", "batches": 300},
        {"start": ["keras", None], "batches": [301, 300.0, None, "300"]},
    ),
    "typed": (explore.typed, {"net": NET, "text": "A"}, {"net": [WINDOW, None], "text": [None, b"A", ["A"]]}),
    "explore_typing": (explore.explore_typing, {"net": NET, "text": "A"}, {"net": [WINDOW], "text": [None, 3]}),
    "reaches": (
        plots.reaches,
        {"lags": [0, 1], "errors": [[0.0, 1.0]]},
        {"lags": [[[0, 1]], None], "errors": [[0.0, 1.0], [[0.0]], [[0.0, 1.0, 1.0]], np.ones((0, 2)), [["a", "b"]]]},
    ),
}
WRONG = [
    pytest.param(function, {**(right or {}), argument: one}, argument, id=f"{name}-{argument}-{k}")
    for name, (function, right, wrongs) in EACH.items()
    for argument, ones in wrongs.items()
    for k, one in enumerate(ones)
]


@pytest.mark.parametrize(
    ("function", "right"), [pytest.param(f, right, id=name) for name, (f, right, _) in EACH.items() if right]
)
def test_what_is_right_is_taken(function, right):
    function(**right)


@pytest.mark.parametrize(("function", "given", "argument"), WRONG)
def test_what_is_wrong_is_refused_by_its_name(function, given, argument):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is judged below
        function(**given)
    told = REFUSAL.fullmatch(str(caught.value))
    assert told, str(caught.value)
    assert told["argument"].split("[")[0].split(".")[0] == argument
