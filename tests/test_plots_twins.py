"""The picture of two series that differ in one step, read back from its artists, and judged by pixels."""

import io
import itertools
import re
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image
from test_plots import BLIND, contrast, crowded, ground, lab, linear, seen

from lstm_demo import plots

matplotlib.use("Agg")
LOOKS = sys.modules["lstm_demo.plots.twins"].LOOKS
STEPS = 12


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    pyplot.close("all")


def any_twins(back, reads, answers, name="Any model"):
    series = np.tile(np.random.default_rng(back).uniform(-0.7, 0.7, STEPS), (2, 1))
    series[:, STEPS - 1 - back] = 1, -1
    return plots.Twins(name, series, reads, np.array(answers))


ANSWERS = ([0.5, -0.5], [-1.0, 1.0], [0.2, 0.2], [0.31, 0.3], [-0.1234, -0.1239], [1.0, 0.999999], [0.0, 1e-12])
DATA = [
    any_twins(back, reads, answers)
    for (back, reads), answers in zip(
        itertools.cycle([(0, 1), (6, 4), (11, 12), (4, 4), (1, 2)]), ANSWERS, strict=False
    )
]


def updates():
    """Fresh axes, and after each update the axes with one of the data: most are drawn over another one's remains."""
    ax = Figure(figsize=(9, 4.4)).add_subplot()
    update = plots.draw_twins(ax, STEPS)
    for one in DATA:
        update(one)
        yield ax, one


def lines(ax, marker, points=None):
    """What moves, of this marker and so many points."""
    found = [line for line in seen(ax.lines) if line.get_animated() and line.get_marker() == marker]
    return [line for line in found if points is None or len(line.get_xdata()) == points]


def test_both_series_are_drawn_and_marked_where_they_differ_only():
    for ax, data in updates():
        place = STEPS - 1 - data.back
        for k, look in enumerate(LOOKS.values()):
            (line,) = lines(ax, look["marker"], STEPS)
            assert line.get_ydata().tolist() == data.series[k].tolist()
            assert list(line.get_markevery()) == [place]
        (dots,) = lines(ax, "o")
        assert dots.get_xdata().tolist() == [t for t in range(STEPS) if t != place]
        names = {t.get_text(): t.get_position() for t in seen(ax.texts) if t.get_text() in LOOKS}
        assert names["A"][0] == names["B"][0] == place
        assert names["A"][1] > 1 > -1 > names["B"][1]


def test_the_ground_lies_behind_just_the_steps_that_are_read():
    for ax, data in updates():
        (box,) = seen(ax.patches)
        inside = [t for t in range(STEPS) if box.get_x() < t < box.get_x() + box.get_width()]
        assert inside == list(range(STEPS - data.reads, STEPS))


def test_the_reach_goes_from_the_difference_to_the_last_step():
    for ax, data in updates():
        found = lines(ax, "|")
        assert len(found) == (data.back > 0)
        assert all(line.get_xdata() == [STEPS - 1 - data.back, STEPS - 1] for line in found)


def test_the_answers_stand_at_their_heights_and_are_said_apart_unless_they_are_equal_to_the_bit():
    for ax, data in updates():
        heights = [lines(ax, look["marker"], 1)[0].get_ydata()[0] for look in LOOKS.values()]
        assert heights == data.answers.tolist()
        said = [t for t in seen(ax.texts) if re.fullmatch(r"(A|B|both) -?\d\.\d+", t.get_text())]
        gap = [t.get_text() for t in seen(ax.texts) if re.match("the same|apart by", t.get_text())]
        if data.answers[0] == data.answers[1]:
            assert [t.get_text() for t in said] == [f"both {data.answers[0]:.2f}"]
            assert gap == ["the same"]
            continue
        assert gap[0].startswith("apart by")
        assert float(gap[0].split()[-1]) == pytest.approx(data.apart, rel=0.5)
        (a, b) = sorted(said, key=lambda t: t.get_text())
        assert a.get_text()[2:] != b.get_text()[2:] or data.apart < 1e-4
        assert (a.get_position()[1] > b.get_position()[1]) == (data.answers[0] > data.answers[1])
        for text, answer in zip((a, b), data.answers, strict=True):
            assert float(text.get_text()[2:]) == pytest.approx(answer, abs=0.005)


def test_every_number_of_the_sentence_can_be_found_in_the_picture():
    for ax, data in updates():
        shown = " ".join(t.get_text() for t in seen(ax.texts))
        said = plots.describe_twins(data).removeprefix(data.model).rstrip(".")
        numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e-\d+)?", said)
        assert numbers
        assert all(number in shown for number in numbers), (said, shown)


def test_the_sentence_says_where_whether_it_was_read_and_whether_the_answers_are_the_same():
    said = plots.describe_twins(any_twins(4, 4, [0.25, 0.25], "A net"))
    assert said == (
        "A net: A and B differ 4 steps back, outside of the 4 steps it reads; the two answers are the same, 0.25, "
        "to the last bit."
    )
    said = plots.describe_twins(any_twins(0, 1, [0.5, -0.25], "A net"))
    assert said == (
        "A net: A and B differ in the last step, inside the one step it reads; the two answers are 0.50 and -0.25, "
        "apart by 0.75."
    )
    assert "differ 1 step back, inside the 2 steps" in plots.describe_twins(any_twins(1, 2, [0.5, -0.25]))


def test_how_far_back_and_apart_are_read_off_the_data():
    for back in range(STEPS):
        assert any_twins(back, 3, [0.5, -0.25]).back == back
    assert any_twins(0, 3, [0.5, -0.25]).apart == 0.75
    two = any_twins(3, 3, [0, 0])
    two.series[0, 2] += 0.1
    assert two.back == 3  # the later one counts


def test_a_picture_has_no_history_and_a_given_pair_is_not_changed():
    picture = plots.Picture(lambda ax: plots.draw_twins(ax, STEPS), (9.0, 4.4))
    before = [(one.series.copy(), one.answers.copy()) for one in DATA]
    fresh = [picture.png(one) for one in DATA]
    assert len(set(fresh)) == len(DATA)
    for k in (3, 0, 6, 2, 1, 5, 4):
        assert picture.png(DATA[k]) == fresh[k]
    assert (np.asarray(Image.open(io.BytesIO(fresh[0]))) < 128).any()
    for one, (series, answers) in zip(DATA, before, strict=True):
        assert (one.series == series).all()
        assert (one.answers == answers).all()


def test_nothing_leaves_the_picture_or_covers_another_and_all_can_be_read():
    picture = plots.Picture(lambda ax: plots.draw_twins(ax, STEPS), (9.0, 4.4))
    for data in DATA:
        picture.png(data)
        assert crowded(picture.figure) == []
        (ax,) = picture.figure.axes
        for text in seen([*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]):
            assert text.get_fontsize() >= 12
            assert contrast(text.get_color(), ground(ax, text)) >= (3 if text.get_weight() == "bold" else 4.5), text


@pytest.mark.parametrize("sight", BLIND)
def test_the_two_series_have_colours_that_every_eye_tells_apart_and_other_marks_and_lines(sight):
    one, other = (lab(np.array(BLIND[sight]) @ linear(look["color"])) for look in LOOKS.values())
    assert np.linalg.norm(one - other) > 15
    assert len({(look["marker"], look["linestyle"]) for look in LOOKS.values()}) == 2


def test_a_plain_plot_draws_on_the_axes_that_it_is_given_or_makes_one_figure_and_a_look_says_the_sentence(capsys):
    given = Figure().add_subplot()
    assert plots.plot_twins(DATA[0], ax=given) is given
    assert pyplot.get_fignums() == []
    plots.look(DATA[0])
    assert " ".join(capsys.readouterr().out.split()) == plots.describe_twins(DATA[0])
    assert len(pyplot.get_fignums()) == 1
