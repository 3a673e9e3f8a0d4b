"""Lesson 07: nets and names are those of 09; states are judged by torch, planes and units by another way to count."""

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

import lstm_demo as ld
from lstm_demo.lessons import hidden_trajectories as lesson
from lstm_demo.lessons import real_names
from lstm_demo.lessons.hidden_trajectories import changed, path, reading
from lstm_demo.torch_lstm import load_params, params_of

RNG = np.random.default_rng(0)


def judge(net, text):
    """(n + 1, 128) c before the first letter and after each, by torch's own layer, one letter a call."""
    lstm = torch.nn.LSTM(38, 128, batch_first=True).double()
    load_params(lstm, reading.weights(net))
    state, found = None, [np.zeros(128)]
    for row in ld.one_hot(ld.encode(text)):
        _, state = lstm(torch.tensor(row)[None, None], state)
        found.append(state[1][0, 0].detach().numpy())
    return np.array(found)


def test_the_trained_net_is_that_of_lesson_09_and_the_names_were_kept_out_of_its_training():
    for mine, theirs in zip(reading.weights("trained"), params_of(real_names.trained().rnn.lstm), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    _, categories, every = ld.unicode_names()
    kept = {every[k] for k in real_names.block_split(len(every))[1]}
    names, kinds = reading.unseen()
    assert set(names) <= kept
    places = [every.index(name) for name in names]
    assert [categories[k] for k in places] == kinds.tolist()
    assert [k // 200 % 2 for k in places] == [0] * 145 + [1] * 145  # every second block: the halves share none


def test_a_plane_shows_what_the_largest_eigenvectors_of_the_covariance_show():
    states = RNG.normal(size=(50, 4)) @ RNG.normal(size=(4, 4))
    plane = reading.plane_of(states)
    values, vectors = np.linalg.eigh(np.cov(states.T))
    np.testing.assert_allclose(plane.share, values[:1:-1] / values.sum())
    np.testing.assert_allclose(np.abs((plane.directions * vectors[:, :1:-1].T).sum(axis=1)), 1)
    np.testing.assert_allclose(plane(states).mean(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("net", reading.NETS)
def test_two_names_run_as_torch_says_and_are_as_far_apart_and_the_shorter_one_waits_at_its_end(net):
    one, (plane, _) = path("SNOW", "SNOWMAN", net, step=6), lesson.seen(net)
    snow, snowman = judge(net, "SNOW"), judge(net, "SNOWMAN")
    for way, states in zip(one.ways, (snow, snowman), strict=True):
        np.testing.assert_allclose(way, plane(states), atol=1e-9)
    apart = np.linalg.norm(snow[4] - snowman[6])
    in_plane = np.linalg.norm(plane(snow[4]) - plane(snowman[6]))
    said = f"after 'SNOW' and 'SNOWMA': the two states are {in_plane:.1f} apart in this plane, {apart:.1f} in all units"
    assert said in one.says()
    assert {"S|NOW", "Z|Z", "S", "Z"} <= set(texts(path("SNOW", "ZZ", net, step=1)))  # letters at their points, too
    kinds = [ld.CATEGORIES[kind] for kind in reading.unseen()[1]]
    ends = [states[-1] for states, kind in zip(reading.read_all(net), kinds, strict=True) if kind == "upper"]
    np.testing.assert_array_equal(one.cloud["upper"], plane(np.array(ends[:30])))


def test_a_map_has_one_scale_orange_above_zero_blue_below_and_hatches_what_is_padded():
    values = np.array([[1.0, -1.0, 0.3], [0.5, -0.25, 0.3]])
    cells = drawn_on(lesson.Heat("h", ("truth", "unit 0"), values, "AB-", np.array([True, True, False]))).patches
    looks = [(cell.get_alpha(), cell.get_hatch()) for cell in cells]
    assert looks == [(1, None), (1, None), (None, "///"), (0.5, None), (0.25, None), (None, "///")]
    assert [np.argmax(cell.get_facecolor()[:3]) for cell in cells[3:5]] == [0, 2]  # most red, most blue


def test_the_best_unit_is_chosen_on_one_half_and_judged_by_pairs_of_the_other_turned_as_it_was_chosen():
    labels = [RNG.random(30) > 0.5 for _ in range(20)]
    states = [RNG.normal(size=(30, 4)).round(1) for _ in labels]  # so that some are equal
    for k, label in enumerate(labels):
        states[k][:, 2] += label * (-3 if k < 10 else 1)  # in the second half it is turned
    best = reading.best_unit(states, labels)
    values, here = np.concatenate(states[10:])[:, 2], np.concatenate(labels[10:])
    pairs = values[here][:, None] - values[~here]
    assert (best.unit, best.tested) == (2, pytest.approx(((pairs < 0) + 0.5 * (pairs == 0)).mean()))
    assert best.borrowed < 0.75
    clock = [np.arange(12.0)[:, None] for _ in range(8)]
    best = reading.best_unit(clock, [np.arange(12) < 4 for _ in clock])
    assert best.tested == best.borrowed == 1  # borrowed labels know the step


def test_the_letter_changed_is_framed_under_its_own_and_what_is_left_of_it_is_what_torch_says():
    picture = changed("SNOW", "T", 2)
    for net in reading.NETS:
        apart = np.linalg.norm(judge(net, "SNOW") - judge(net, "SNTW"), axis=1)[3:]
        np.testing.assert_allclose(picture.curves[net], 100 * apart / apart[0], rtol=1e-6)
        assert f"{net}, {100 * apart[1] / apart[0]:.0f} %" in picture.says()
    assert picture.title == "Letter 3 of 4: O becomes T"
    ax = drawn_on(picture)
    framed = [t.get_text() for t in ax.texts if ax.patches[0].get_bbox().contains(*t.get_position())]
    assert framed == ["O", "T"]
    assert ax.lines[0].get_xdata().tolist() == [2, 3]  # from the letter on that is changed
    assert "stays S, so no state differs" in changed("SNOW", "S", 0).says()
    assert changed("SNOW", "␣", 1).curves["trained"][0] == 100
