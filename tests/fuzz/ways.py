"""What the fuzz knows of `ways`."""

import torch
from hypothesis import strategies as st

from lstm_demo import ways

from .case import Case, few, lengths, near, takes


@st.composite
def way_given(draw):
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(2, draw(few), batch_first=True).double()
    return {"lstm": lstm, "series": [torch.randn(n, 2, dtype=torch.float64) for n in draw(lengths)]}


def judge_way(way):
    def judge(given, result):
        outputs, final = result
        for k, (one, out) in enumerate(zip(given["series"], outputs, strict=True)):
            if torch.isfinite(one).all():
                want, (h, _) = given["lstm"](one[None])
                assert tuple(out.shape) == tuple(want[0].shape)
                if way.value:
                    near(out, want[0], 1e-6)
                if way.final:
                    near(final.h[k], h[0, 0], 1e-6)

    return judge


def judge_laps(given, times):
    assert all(ms >= 0 for ms in times.values())
    assert list(times) == list(given.get("names", given.get("works")))


def nothing():
    pass


CASES = {
    **{f"ways.WAYS {name}": Case(way_given(), way.run, judge_way(way)) for name, way in ways.WAYS.items()},
    "ways.race": Case(
        way_given().map(lambda g: {**g, "names": ("packed", "exact mask"), "rounds": 1}), ways.race, judge_laps
    ),
    "ways.laps": Case(takes(works=st.just({"nothing": nothing}), rounds=few), ways.laps, judge_laps),
}
