"""Lesson 07: nets and names are those of 09; states are judged by torch, planes and units by another way to count."""

from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import lstm_demo as ld
from lstm_demo.lessons import hidden_trajectories as lesson
from lstm_demo.lessons import real_names
from lstm_demo.lessons.hidden_trajectories import changed, path, reading
from lstm_demo.show import drawn
from lstm_demo.torch_lstm import load_params, params_of

A = lesson.SMALL_A
RNG = np.random.default_rng(0)


def texts(picture):
    """Every word that is drawn, in order."""
    return [t.text for t in ElementTree.fromstring(drawn(picture).svg()).iter("{http://www.w3.org/2000/svg}text")]


def judge(net, text):
    """(n, 128) c after each letter, by torch's own layer, one letter a call."""
    lstm = torch.nn.LSTM(38, 128, batch_first=True).double()
    load_params(lstm, reading.weights(net))
    state, found = None, []
    for row in ld.one_hot(ld.encode(text)):
        _, state = lstm(torch.tensor(row)[None, None], state)
        found.append(state[1][0, 0].detach().numpy())
    return np.array(found)


# --- nets and names --------------------------------------------------------------------------------------------------


def test_the_trained_net_is_that_of_lesson_09():
    net = real_names.trained()
    for mine, theirs in zip(reading.weights("trained"), params_of(net.rnn.lstm), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_the_names_were_kept_out_of_training_and_the_halves_share_no_block():
    _, categories, every = ld.unicode_names()
    kept = {every[k] for k in real_names.block_split(len(every))[1]}
    mine, kinds = reading.unseen()
    assert set(mine) <= kept
    assert len(mine) == len(kinds) == 290
    blocks = [every.index(name) // 40 for name in mine]
    assert [block // 5 % 2 for block in blocks] == [0] * 145 + [1] * 145  # every second one that was kept
    assert [categories[every.index(name)] for name in mine] == kinds.tolist()


@pytest.mark.parametrize("net", reading.NETS)
def test_states_begin_at_zero_and_are_those_of_torch(net):
    got = reading.states(net, "SNOWMAN")
    assert not got[0].any()
    np.testing.assert_allclose(got[1:], judge(net, "SNOWMAN"), atol=1e-12)


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


def lines(picture):
    ax = Figure().add_subplot()
    picture.axes(ax)
    still = len(ax.lines)
    picture.draw(ax)
    return ax.lines[:still], ax.lines[still:]


def test_the_plane_and_its_cloud_stand_still_while_a_name_is_read_and_its_trail_fades():
    clouds, trails = zip(*(lines(path(A, "A", step=step)) for step in (4, 17)), strict=True)
    for one, other in zip(*clouds, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())
    first = [line for line in trails[1] if line.get_color() == lesson.WAYS[0]["color"]][1:-1]
    alphas = [line.get_alpha() for line in first]
    assert alphas == sorted(alphas)
    assert len(alphas) == 1 + lesson.TRAIL
    assert alphas[0] < 0.3 < alphas[-1] == 1


# --- maps and curves -------------------------------------------------------------------------------------------------


def test_a_map_has_one_scale_orange_above_zero_blue_below_and_hatches_what_is_padded():
    values = np.array([[1.0, -1.0, 0.3], [0.5, -0.25, 0.3]])
    ax = Figure().add_subplot()
    lesson.Heat("h", ("truth", "unit 0"), values, "AB-", np.array([True, True, False])).draw(ax)
    looks = [(cell.get_alpha(), cell.get_hatch()) for cell in ax.patches]
    assert looks == [(1, None), (1, None), (None, "///"), (0.5, None), (0.25, None), (None, "///")]
    above, below = (ax.patches[k].get_facecolor()[:3] for k in (3, 4))
    assert above[0] > above[2]
    assert below[2] > below[0]


# --- what units tell -------------------------------------------------------------------------------------------------


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order():
    values, labels = RNG.integers(0, 5, (40, 3)).astype(float), RNG.random(40) > 0.6
    pairs = values[labels][:, None] - values[~labels]
    want = ((pairs > 0) + 0.5 * (pairs == 0)).mean(axis=(0, 1))
    np.testing.assert_allclose(reading.telling(values, labels), want)


def planted(follows):
    """20 series of 30 steps and 4 units, of which unit 2 is below zero where the label stands in the first ten."""
    labels = [RNG.random(30) > 0.5 for _ in range(20)]
    states = [RNG.normal(size=(30, 4)) for _ in labels]
    for k in range(follows):
        states[k][:, 2] = -1.0 * labels[k]
    return states, labels


def test_the_best_unit_is_judged_on_the_other_half_and_turned_as_it_was_chosen():
    best = reading.best_unit(*planted(20))
    assert best.unit == 2
    assert best.tested == 1
    assert best.borrowed < 0.75
    assert reading.best_unit(*planted(10)).tested < 0.75
    turned, labels = planted(10)
    for k in range(10, 20):
        turned[k][:, 2] = labels[k]
    assert reading.best_unit(turned, labels).tested == 0


def test_borrowed_labels_know_the_step():
    clock = [np.arange(12.0)[:, None] for _ in range(8)]
    best = reading.best_unit(clock, [np.arange(12) < 4 for _ in clock])
    assert best.tested == best.borrowed == 1


# --- one letter changed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("net", reading.NETS)
def test_what_is_left_of_a_changed_letter_is_what_torch_says(net):
    apart = np.linalg.norm(judge(net, "SNOWMAN") - judge(net, "SNTWMAN"), axis=1)
    assert not apart[:2].any()
    np.testing.assert_allclose(changed("SNOWMAN", "T", 2).curves[net], 100 * apart[2:] / apart[2], rtol=1e-6)


def test_the_letter_changed_is_framed_under_its_own_and_every_letter_can_be_chosen():
    assert changed.domains["place"].last(name="SNOWMAN", letter="T") == 6
    picture, ax = changed("SNOW", "T", 2), Figure().add_subplot()
    assert picture.title == "Letter 3 of 4: O becomes T"
    picture.draw(ax)
    framed = [t.get_text() for t in ax.texts if ax.patches[0].get_bbox().contains(*t.get_position())]
    assert framed == ["O", "T"]
    assert ax.lines[0].get_xdata().tolist() == [2, 3]  # from the letter on that is changed


def test_a_letter_that_stays_changes_nothing_and_a_space_can_be_put_in():
    picture = changed("SNOW", "S", 0)
    assert picture.curves == {}
    assert "stays S, so no state differs" in picture.says()
    assert changed("SNOW", "␣", 1).curves["trained"][0] == 100
