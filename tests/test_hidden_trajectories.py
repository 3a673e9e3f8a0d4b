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
    """(n, 128) c after each letter, by torch's own layer, one letter a call."""
    lstm = torch.nn.LSTM(38, 128, batch_first=True).double()
    load_params(lstm, reading.weights(net))
    state, found = None, []
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
    # Every second block that was kept: the halves share none.
    assert [k // 200 % 2 for k in places] == [0] * 145 + [1] * 145


@pytest.mark.parametrize("net", reading.NETS)
def test_states_begin_at_zero_and_are_those_of_torch_and_so_is_what_is_left_of_a_changed_letter(net):
    got, want = reading.states(net, "SNOWMAN"), judge(net, "SNOWMAN")
    assert not got[0].any()
    np.testing.assert_allclose(got[1:], want, atol=1e-12)
    apart = np.linalg.norm(want - judge(net, "SNTWMAN"), axis=1)
    assert not apart[:2].any()
    np.testing.assert_allclose(changed("SNOWMAN", "T", 2).curves[net], 100 * apart[2:] / apart[2], rtol=1e-6)


# --- planes ----------------------------------------------------------------------------------------------------------


def test_a_plane_shows_what_the_largest_eigenvectors_of_the_covariance_show():
    states = RNG.normal(size=(50, 4)) @ RNG.normal(size=(4, 4))
    plane = reading.plane_of(states)
    values, vectors = np.linalg.eigh(np.cov(states.T))
    np.testing.assert_allclose(plane.share, values[:1:-1] / values.sum())
    np.testing.assert_allclose(np.abs((plane.directions * vectors[:, :1:-1].T).sum(axis=1)), 1)
    assert (plane.directions.max(axis=1) == np.abs(plane.directions).max(axis=1)).all()
    np.testing.assert_allclose(plane(states).mean(axis=0), 0, atol=1e-12)


def test_two_names_are_as_far_apart_as_torch_says_and_the_shorter_one_waits_at_its_end():
    picture = path("SNOW", "SNOWMAN", step=6)
    snow, snowman = judge("trained", "SNOW"), judge("trained", "SNOWMAN")
    assert picture.apart[1] == pytest.approx(np.linalg.norm(snow[3] - snowman[5]))
    assert picture.apart[0] <= picture.apart[1]
    assert path.domains["step"].last(first="SNOW", second="SNOWMAN", net="trained") == 7
    for way, states in zip(picture.ways, (snow, snowman), strict=True):
        np.testing.assert_allclose(way[1:], lesson.seen("trained")[0](states), atol=1e-9)


def test_letters_stand_at_their_points_and_those_read_before_the_bar():
    said = texts(path("SNOW", "ZZ", step=1))
    assert {"S|NOW", "Z|Z"} <= set(said)
    assert said.count("S") == said.count("Z") == 1
    assert "N" not in said


def test_the_plane_and_its_cloud_stand_still_while_a_name_is_read_and_its_trail_fades():
    early, late = (path(lesson.SMALL_A, "A", step=step) for step in (4, 17))
    clouds = [drawn_on(one, still=True).lines[: -len(drawn_on(one).lines)] for one in (early, late)]
    for one, other in zip(*clouds, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())
    trail = [line for line in drawn_on(late).lines if line.get_color() == lesson.WAYS[0]["color"]][1:-1]
    alphas = [line.get_alpha() for line in trail]
    assert alphas == sorted(alphas)
    assert len(alphas) == 1 + lesson.TRAIL
    assert alphas[0] < 0.3 < alphas[-1] == 1


# --- a map, and what units tell --------------------------------------------------------------------------------------


def test_a_map_has_one_scale_orange_above_zero_blue_below_and_hatches_what_is_padded():
    values = np.array([[1.0, -1.0, 0.3], [0.5, -0.25, 0.3]])
    cells = drawn_on(lesson.Heat("h", ("truth", "unit 0"), values, "AB-", np.array([True, True, False]))).patches
    looks = [(cell.get_alpha(), cell.get_hatch()) for cell in cells]
    assert looks == [(1, None), (1, None), (None, "///"), (0.5, None), (0.25, None), (None, "///")]
    above, below = (cells[k].get_facecolor()[:3] for k in (3, 4))
    assert above[0] > above[2]
    assert below[2] > below[0]


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order():
    values, labels = RNG.integers(0, 5, (40, 3)).astype(float), RNG.random(40) > 0.6
    pairs = values[labels][:, None] - values[~labels]
    want = ((pairs > 0) + 0.5 * (pairs == 0)).mean(axis=(0, 1))
    np.testing.assert_allclose(reading.telling(values, labels), want)


def planted(follows, turned=()):
    """20 series of 30 steps and 4 units; unit 2 is below zero at the label in those that follow, above in others."""
    labels = [RNG.random(30) > 0.5 for _ in range(20)]
    states = [RNG.normal(size=(30, 4)) for _ in labels]
    for sign, chosen in ((-1.0, follows), (1.0, turned)):
        for k in chosen:
            states[k][:, 2] = sign * labels[k]
    return reading.best_unit(states, labels)


def test_the_best_unit_is_judged_on_the_other_half_and_turned_as_it_was_chosen():
    best = planted(range(20))
    assert (best.unit, best.tested) == (2, 1)
    assert best.borrowed < 0.75
    assert planted(range(10)).tested < 0.75
    assert planted(range(10), turned=range(10, 20)).tested == 0
    clock = [np.arange(12.0)[:, None] for _ in range(8)]
    best = reading.best_unit(clock, [np.arange(12) < 4 for _ in clock])
    assert best.tested == best.borrowed == 1  # borrowed labels know the step


# --- one letter changed ----------------------------------------------------------------------------------------------


def test_the_letter_changed_is_framed_under_its_own_and_every_letter_can_be_chosen():
    assert changed.domains["place"].last(name="SNOWMAN", letter="T") == 6
    picture = changed("SNOW", "T", 2)
    assert picture.title == "Letter 3 of 4: O becomes T"
    ax = drawn_on(picture)
    framed = [t.get_text() for t in ax.texts if ax.patches[0].get_bbox().contains(*t.get_position())]
    assert framed == ["O", "T"]
    assert ax.lines[0].get_xdata().tolist() == [2, 3]  # from the letter on that is changed


def test_a_letter_that_stays_changes_nothing_and_a_space_can_be_put_in():
    picture = changed("SNOW", "S", 0)
    assert picture.curves == {}
    assert "stays S, so no state differs" in picture.says()
    assert changed("SNOW", "␣", 1).curves["trained"][0] == 100
