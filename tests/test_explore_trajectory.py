"""The explorers of trajectories: right over the whole range of their controls, whatever a reader types."""

import functools
import gc
import itertools
import time

import ipywidgets as widgets
import numpy as np
import pytest
import torch
from matplotlib import pyplot
from test_explore import of_kind, spoken, visible, within
from test_plots import crowded

import lstm_demo as ld
from lstm_demo import explore
from lstm_demo.torch_lstm import load_params
from lstm_demo.trajectory import half_life, projection

PARAMS = {"trained": ld.init_params(38, 12, seed=1), "untrained": ld.init_params(38, 12, seed=2, forget_bias=3)}
NAME = "LATIN SMALL LETTER A"
CLOUD = np.concatenate([explore.states_of(PARAMS["trained"], name) for name in (NAME, "SNOWMAN", "DIGIT TWO")])
TYPED = ("", "A", "<b>Zwölf</b> 2", NAME, "-" * 90)


def trajectory():
    return explore.explore_trajectory(PARAMS["trained"], projection(CLOUD), CLOUD)


def perturb():
    return explore.explore_perturb(PARAMS)


MAKERS = {"trajectory": trajectory, "perturb": perturb}
every_explorer = pytest.mark.parametrize("which", MAKERS)
RANGES = {
    "trajectory": [(1, 7, 40), TYPED, TYPED[1:4]],
    "perturb": [(0, 6, 39), ("A", " ", "T"), TYPED],
}


@functools.cache
def walked(which):
    """[(values, what they show, texts that are cut off or covered)] over ends and inner points."""
    explorer = MAKERS[which]()
    every = [dict(zip(explorer.controls, point, strict=True)) for point in itertools.product(*RANGES[which])]
    return [(values, explorer.shown(**values), crowded(explorer._picture.figure)) for values in every]


# --- the whole range -------------------------------------------------------------------------------------------------


@every_explorer
def test_every_setting_gives_a_picture_with_nothing_cut_off_and_a_sentence(which):
    for values, (png, sentence), texts in walked(which):
        assert texts == [], values
        assert png.startswith(b"\x89PNG")
        assert len(sentence.split()) >= 8
        assert not any(word in sentence.lower() for word in ("nan", "none", "error"))
    assert pyplot.get_fignums() == []


@every_explorer
def test_a_control_shows_what_the_function_gives_and_the_sentence_is_escaped(which):
    explorer = MAKERS[which]()
    assert visible(explorer) == explorer.shown()
    texts = [control for control in explorer.controls.values() if isinstance(control, widgets.Text)]
    for control, typed in itertools.product(texts, TYPED):
        control.value = typed
        assert visible(explorer) == explorer.shown()
        (said,) = within(explorer, "lstm-sentence")
        assert "<b>" not in said.value
    assert "Error" not in spoken(explorer)


@every_explorer
def test_the_first_control_changes_picture_and_sentence(which):
    explorer = MAKERS[which]()
    before, slider = visible(explorer), next(iter(explorer.controls.values()))
    slider.value += 1
    assert all(a != b for a, b in zip(before, visible(explorer), strict=True))


@every_explorer
def test_an_answer_comes_within_a_tenth_of_a_second(which):
    explorer, laps = MAKERS[which](), []
    slider = next(iter(explorer.controls.values()))
    for value in (3, 9, 5, 12, 2, 8, 14):
        start = time.process_time()
        slider.value = value
        laps.append(time.process_time() - start)
    assert sorted(laps)[len(laps) // 2] < 0.1


# --- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["h", "c"])
def test_the_states_of_a_name_keep_nothing_else_of_the_run(part):
    states = explore.states_of(PARAMS["trained"], NAME, part)
    assert states.base is None
    assert states.flags.owndata


def test_the_states_of_a_name_are_those_of_torch():
    lstm = torch.nn.LSTM(38, 12, batch_first=True).double()
    load_params(lstm, PARAMS["trained"])
    with torch.no_grad():
        h = lstm(torch.tensor(ld.one_hot(ld.encode(NAME)))[None])[0][0].numpy()
        last = lstm(torch.tensor(ld.one_hot(ld.encode(NAME)))[None])[1][1][0, 0].numpy()
    np.testing.assert_allclose(explore.states_of(PARAMS["trained"], NAME, "h"), h, atol=1e-12)
    np.testing.assert_allclose(explore.states_of(PARAMS["trained"], NAME)[-1], last, atol=1e-12)
    with pytest.raises(ValueError, match=r"^part: expected one of \('h', 'c'\), got 'o'"):
        explore.states_of(PARAMS["trained"], NAME, "o")


# --- the trajectory --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["h", "c"])
def test_a_portrait_has_the_points_of_its_plane_and_both_distances_at_the_step(part):
    params = PARAMS["trained"]
    states = [explore.states_of(params, name, part) for name in (NAME, "SNOWMAN")]
    plane = projection(np.concatenate(states))
    for step in (1, 7, 9, 40):
        data = explore.portrait_of(
            params, plane, states[0], ("latin small letter a", "SNOW\N{SNOWMAN}MAN"), step, part=part
        )
        assert data.read == (NAME, "SNOWMAN")
        np.testing.assert_allclose(np.concatenate(data.paths), plane(np.concatenate(states)))
        here = [one[min(step, len(one)) - 1] for one in states]
        assert data.apart[1] == pytest.approx(np.linalg.norm(here[0] - here[1]))
        assert data.apart[0] == pytest.approx(np.linalg.norm(plane(here[0]) - plane(here[1])))
        assert data.apart[0] <= data.apart[1] + 1e-12
        assert "not read: \N{SNOWMAN}" in data.title
        np.testing.assert_array_equal(data.share, plane.share)


def test_of_a_long_name_the_first_forty_letters_are_read_and_of_an_empty_one_none():
    plane = projection(CLOUD)
    one = explore.portrait_of(PARAMS["trained"], plane, CLOUD, ("X" * 90, ""), 5)
    assert (one.read, one.apart) == (("X" * 40,), None)
    none = explore.portrait_of(PARAMS["trained"], plane, CLOUD, ("", "\N{SNOWMAN}"), 5)
    assert (none.read, none.paths, none.apart) == ((), (), None)


def test_play_is_linked_with_the_step():
    explorer = trajectory()
    (play,) = of_kind(explorer, widgets.Play)
    step = explorer.controls["step"]
    assert (play.min, play.max, play.value) == (step.min, step.max, step.value)
    assert play not in explorer.controls.values()
    # In the page, where test_every_option.py plays: no tick waits for a picture, and none is lost or refused meanwhile.
    links = [one for one in gc.get_objects() if type(one) is widgets.widget_link.Link]
    assert ((play, "value"), (step, "value")) in [(link.source, link.target) for link in links]
    assert play.interval >= 200  # a picture and its way to the browser take less
    assert play.description


def test_scrubbing_reads_no_name_twice(monkeypatch):
    import sys

    room, runs = sys.modules["lstm_demo.explore.trajectory"], []
    plain = room.run
    monkeypatch.setattr(room, "run", lambda *given: runs.append(1) or plain(*given))
    explorer = trajectory()
    opened = len(runs)
    for value in (1, 20, 40, 3):
        explorer.controls["step"].value = value
    assert len(runs) == opened == 2


# --- two starts ------------------------------------------------------------------------------------------------------


def test_two_starts_are_as_far_apart_as_two_runs_of_torch():
    params, rng = PARAMS["trained"], np.random.default_rng(0)
    x, starts = rng.normal(size=(20, 38)), [ld.State(*rng.normal(size=(2, 1, 12))) for _ in range(2)]
    distance, foreseen = explore.two_starts(params, x, starts)
    lstm = torch.nn.LSTM(38, 12, batch_first=True).double()
    load_params(lstm, params)
    for step in (1, 2, 20):
        with torch.no_grad():
            ends = [lstm(torch.tensor(x[None, :step]), tuple(torch.tensor(s[None]) for s in start)) for start in starts]
        cells = [end[1][1].numpy() for end in ends]
        assert distance[step] == pytest.approx(np.linalg.norm(cells[0] - cells[1]))
    assert distance[0] == foreseen[0] == pytest.approx(np.linalg.norm(starts[0].c - starts[1].c))
    assert distance.shape == foreseen.shape == (21,)
    gates = ld.run(params, x[None], state=starts[0]).f[0]
    assert foreseen[3] == pytest.approx(np.linalg.norm(gates[:3].prod(axis=0) * (starts[0].c - starts[1].c)))


def test_the_same_start_twice_is_no_difference_and_other_numbers_of_starts_are_refused():
    start = ld.State(np.ones((1, 12)), np.ones((1, 12)))
    assert explore.two_starts(PARAMS["trained"], np.zeros((3, 38)), [start, start])[0].tolist() == [0] * 4
    with pytest.raises(ValueError, match=r"^starts: expected two States of one lane, got 1"):
        explore.two_starts(PARAMS["trained"], np.zeros((3, 38)), [start])


# --- a cut -----------------------------------------------------------------------------------------------------------


def test_after_a_cut_both_states_go_on_as_if_there_were_none_and_one_alone_does_not():
    params, x = PARAMS["trained"], np.random.default_rng(0).normal(size=(3, 9, 38))
    whole, on = ld.run(params, x), explore.carried(params, x, 4)
    assert list(on) == ["h and c", "h alone", "c alone"]
    assert (on["h and c"].h == whole.h[:, 4:]).all()
    assert (on["h and c"].c == whole.c[:, 4:]).all()
    zero, h, c = np.zeros((3, 12)), whole.h[:, 3], whole.c[:, 3]
    assert (on["h alone"].c == ld.run(params, x[:, 4:], state=ld.State(h, zero)).c).all()
    assert (on["c alone"].c == ld.run(params, x[:, 4:], state=ld.State(zero, c)).c).all()
    for cut in (0, 9, 2.5):
        with pytest.raises(ValueError, match=r"^cut: expected"):
            explore.carried(params, x, cut)


# --- one letter changed ----------------------------------------------------------------------------------------------


def test_a_changed_letter_changes_nothing_before_it_and_the_rest_as_two_names_differ():
    params = PARAMS["trained"]
    moved = explore.perturbed(params, NAME, 6, "T")
    other = explore.states_of(params, "LATIN TMALL LETTER A")
    np.testing.assert_allclose(moved, np.linalg.norm(explore.states_of(params, NAME) - other, axis=1)[6:])
    assert moved.shape == (len(NAME) - 6,)
    assert explore.perturbed(params, NAME, 6, "S").tolist() == [0] * 14
    for place in (20, -1, 2.0):
        with pytest.raises(ValueError, match=r"^place: expected"):
            explore.perturbed(params, NAME, place, "T")


def test_a_fading_is_in_per_cent_of_the_first_and_where_nothing_differs_of_nothing():
    told = explore.fading_of("Any", {"a": [4, 3, 1], "b": [0, 0, 0]}, {"a": [4, 2, 1], "b": [0, 0, 0]}, "XYZ")
    np.testing.assert_array_equal(told.percent, [[100, 75, 25], [np.nan] * 3])
    np.testing.assert_array_equal(told.foreseen, [[100, 50, 25], [np.nan] * 3])
    assert (told.names, told.halves, told.read) == (("a", "b"), (2, None), "XYZ")


def test_the_explorer_of_a_change_shows_the_curves_of_both_nets_from_the_changed_letter_on():
    explorer = perturb()
    told = explorer._compute(6, "T", NAME)
    for row, net in zip(told.percent, PARAMS, strict=True):
        moved = explore.perturbed(PARAMS[net], NAME, 6, "T")
        np.testing.assert_allclose(row[: len(moved)], 100 * moved / moved[0])
        assert np.isnan(row[len(moved) :]).all()
        assert told.halves[told.names.index(net)] == half_life(moved)
    assert told.read == "TMALL LETTER A"
    assert "S at step 6 becomes T" in told.title
    assert "nothing differs" in explorer.shown(letter="S").sentence
    assert explorer.shown(letter="é xS!") == explorer.shown(letter="S")  # the last that is known
    assert explorer.shown(letter="") == explorer.shown(letter=" ")


def test_a_step_beyond_the_end_changes_the_last_letter_and_says_which():
    explorer = perturb()
    assert explorer._compute(39, "T", NAME).title == explorer._compute(19, "T", NAME).title
    assert "A at step 19 becomes T" in explorer.shown(place=39, text=NAME).sentence


def test_nothing_typed_is_a_space_and_no_reader_is_left_with_an_error():
    explorer = perturb()
    assert "␣ at step 0 becomes T" in explorer.shown(text="").sentence
    assert "␣ at step 0 becomes T" in explorer.shown(text="\N{SNOWMAN}", place=7).sentence
