"""What the fuzz knows of `trajectory`, judged by loops over pairs, and by sums over rows."""

import itertools

import numpy as np
from hypothesis import strategies as st

from lstm_demo import trajectory

from .case import Case, few, near, read, takes

STATES = np.random.default_rng(0).normal(size=(9, 3))
PLANE = trajectory.projection(STATES)
states = st.integers(0, 9).map(lambda seed: np.random.default_rng(seed).normal(size=(9, 3)))
SERIES = [np.random.default_rng(k).normal(size=(4, 3)) for k in range(4)]
LABELS = [np.array([True, False, True, False]), *(np.arange(4) > k for k in range(3))]


def judge_projection(given, plane):
    grid = read(given["states"]).astype(float)
    near(plane.directions @ plane.directions.T, np.eye(2))
    assert 1 + 1e-9 >= plane.share.sum() >= plane.share[0] >= plane.share[1] >= 0
    if np.abs(grid).max() < 1e3:
        centred = grid - grid.mean(axis=0)
        near((centred @ plane.directions.T).var(axis=0) / centred.var(axis=0).sum(), plane.share)


def judge_deception(given, found):
    rows, plane = read(given["states"]).astype(float), given["plane"]
    if np.abs(rows).max() > 1e3:
        return
    apart = {(a, b): np.linalg.norm(rows[a] - rows[b]) for a, b in itertools.combinations(range(len(rows)), 2)}
    flat = {pair: np.linalg.norm((rows[pair[0]] - rows[pair[1]]) @ read(plane.directions).T) for pair in apart}
    alike = {pair: apart[pair] for pair in apart if flat[pair] < float(given["near"]) - 1e-6}
    near(found.full, apart[found.pair], 1e-6)
    assert found.full >= max(alike.values(), default=0) - 1e-6


def judge_half_life(given, found):
    rows = read(given["distance"]).astype(float).tolist()
    assert found == next((t for t, d in enumerate(rows) if d < rows[0] / 2), None)


def judge_foreseen(given, found):
    left = read(given["difference"]).astype(float)
    if np.abs(left).max(initial=0) > 1e3:
        return
    for forget, distance in zip([np.ones(len(left)), *read(given["forget"])], found, strict=True):
        left = left * forget
        near(distance, np.sqrt((left**2).sum()))


def judge_telling(given, found):
    values, labels = read(given["values"]).astype(float), read(given["labels"])
    pairs = [np.sign(a - b) / 2 + 0.5 for a in values[labels] for b in values[~labels]]
    near(found, np.mean(pairs, axis=0))


def judge_tracker(given, found):
    assert 0 <= found.unit < 3
    assert all(0 <= level <= 1 for level in found[1:])


def judge_units(given, found):
    on, start, stop = read(given["on"]), int(given["start"]), int(given["stop"])
    inside = {u for u in range(on.shape[1]) if all(on[t, u] for t in range(start, stop))}
    beside = {u for u in inside for t in (start - 1, stop) if 0 <= t < len(on) and on[t, u]}
    assert found.tolist() == sorted(inside - beside)


def judge_spans(given, found):
    on = read(given["on"])
    covered = [t for start, stop in found for t in range(start, stop)]
    assert all(on[t].all() for t in covered)
    assert all(stop - start >= int(given["shortest"]) for start, stop in found)
    if given["shortest"] == 1 and on.shape[1]:
        assert covered == [t for t, row in enumerate(on) if row.all()]


def judge_within(given, said):
    text, word, (start, stop) = given["text"], given["word"], (int(given[k]) for k in ("start", "stop"))
    places = [k for k in range(len(text) + 1) if text[k : k + len(word)] == word]
    assert said == any(k <= start and stop <= k + len(word) for k in places)


@st.composite
def marked(draw):
    texts = ["LATIN LETTER A", "LATIN A", "LETTER"]
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    on = [rng.random((len(text), 3)) < 0.8 for text in texts]
    return {"on": on, "texts": texts, "which": draw(st.integers(0, 2)), "shortest": draw(few)}


def judge_senses(given, found):
    """Each span of a word with units that are on there and not beside it, and where else those are on for 2 steps."""
    grids, texts, which = [read(one) for one in given["on"]], [*given["texts"]], int(given["which"])
    text, on, told = texts[which], grids[which], iter(found)
    for size in range(int(given["shortest"]), len(text) + 1):
        for a in range(len(text) - size + 1):
            units = [] if " " in text[a : a + size] else _only_there(on, a, a + size)
            if units:
                one = next(told)
                runs = [_stretches(grid[:, units].all(axis=1)) for grid in grids]
                assert (one.span, one.units, one.found) == (text[a : a + size], len(units), sum(runs))
                assert one.span in one.word
                assert 0 <= one.share <= 1
    assert next(told, None) is None


def _only_there(on, start, stop):
    beside = [t for t in (start - 1, stop) if 0 <= t < len(on)]
    return [u for u in range(on.shape[1]) if on[start:stop, u].all() and not on[beside, u].any()]


def _stretches(flags):
    """How many runs of 2 or more."""
    return sum(len(run) > 1 for run in "".join("x" if flag else " " for flag in flags).split())


CASES = {
    "trajectory.projection": Case(takes(states=states), trajectory.projection, judge_projection, share=4),
    "trajectory.deception": Case(
        takes(plane=st.just(PLANE), states=states, near=st.sampled_from([0.5, 2.0])),
        trajectory.deception,
        judge_deception,
        share=4,
    ),
    "trajectory.half_life": Case(
        takes(distance=st.sampled_from([[8, 5, 4, 3.9, 9], np.array([2.0, 3.0]), np.array([1.0, np.nan, 0.2])])),
        trajectory.half_life,
        judge_half_life,
        share=3,
    ),
    "trajectory.foreseen": Case(
        takes(forget=states.map(lambda s: 1 / (1 + np.exp(s))), difference=st.just(np.array([1.0, -2.0, 0.5]))),
        trajectory.foreseen,
        judge_foreseen,
        share=3,
    ),
    "trajectory.telling": Case(
        takes(values=states.map(np.round), labels=st.just(np.arange(9) % 3 == 0)),
        trajectory.telling,
        judge_telling,
        share=4,
    ),
    "trajectory.best_unit": Case(
        takes(states=st.just(SERIES), labels=st.just(LABELS), draws=few, seed=few),
        trajectory.best_unit,
        judge_tracker,
        share=4,
    ),
    "trajectory.units_over": Case(
        takes(on=states.map(lambda s: s > -0.5), start=st.integers(0, 2), stop=st.integers(2, 4)),
        trajectory.units_over,
        judge_units,
        share=3,
    ),
    "trajectory.spans": Case(
        takes(on=states.map(lambda s: s > -0.5), shortest=st.integers(1, 2)), trajectory.spans, judge_spans, share=3
    ),
    "trajectory.senses": Case(marked(), trajectory.senses, judge_senses, share=4),
    "trajectory.lies_in": Case(
        takes(text=st.just("LATIN LETTER A"), start=st.just(8), stop=st.sampled_from([11, 13]), word=st.just("LETTER")),
        trajectory.lies_in,
        judge_within,
        share=3,
    ),
}
