"""Predictions: one press locks a guess and reveals the answer, which nothing gives away before."""

import re
import threading

import ipywidgets as widgets
import numpy as np
import pytest
from test_show import of_kind, within

from lstm_demo.show import predict
from lstm_demo.show.predict import GUESSES


def overtake(act, other, hold):
    """Two threads: the first is held up at the place that `hold(pause)` puts `pause`, while the other one acts."""
    held_up, overtaken = threading.Event(), threading.Event()

    def pause(*_):
        if threading.current_thread() is first:
            held_up.set()
            overtaken.wait(0.5)

    hold(pause)
    first, second = threading.Thread(target=act), threading.Thread(target=other)
    first.start()
    assert held_up.wait(5)
    second.start()
    second.join(0.2)
    overtaken.set()
    for thread in (first, second):
        thread.join()


@pytest.fixture(autouse=True)
def _nothing_guessed():
    GUESSES.clear()


def parts(prediction):
    """{what a button says: button}, and the reveal."""
    (reveal,) = within(prediction, "lstm-reveal")
    return {button.description: button for button in of_kind(prediction, widgets.Button)}, reveal


def asked(answer="zebra", options=("ant", "zebra"), why="It has stripes."):
    return predict("Which one has stripes?", options, answer, why)


ANSWERS = [("zebra", ("ant", "zebra", "gnu")), (4, range(9)), (np.int64(0), range(9)), (4, range(0, 9, 2))]


@pytest.mark.parametrize(("answer", "options"), ANSWERS)
def test_each_answer_can_be_chosen_by_one_press_which_locks_and_reveals(answer, options):
    for guess in options:
        GUESSES.clear()
        buttons, reveal = parts(asked(answer, options))
        assert list(buttons) == [str(option) for option in options]
        assert not any(button.disabled for button in buttons.values())
        assert (reveal.value, reveal.layout.display) == ("", "none")
        buttons[str(guess)].click()
        assert reveal.layout.display == ""
        assert [said for said, button in buttons.items() if not button.disabled] == [str(guess)]
        assert buttons[str(answer)].description == f"✓ {answer}"
        assert buttons[str(guess)].description == f"{'✓' if guess == answer else '✗'} {guess}"
        assert all(words in reveal.value for words in ("✓ Yes" if guess == answer else "✗ You said", "It has stripes."))


def test_the_gap_between_numbers_is_said():
    for guessed, words in (
        (4, "✓ Yes: 4."),
        (8, "You said 8; the answer is 4, 4 away."),
        (0, "You said 0; the answer"),
    ):
        GUESSES.clear()
        buttons, reveal = parts(asked(4, range(9)))
        buttons[str(guessed)].click()
        assert words in reveal.value


def test_a_guess_is_locked_and_kept_when_the_cell_is_run_again():
    buttons, reveal = parts(asked())
    buttons["ant"].click()
    said = reveal.value
    buttons["zebra"].click()
    assert reveal.value == said
    buttons, again = parts(asked())
    assert (again.value, again.layout.display) == (said, "")
    assert {said: button.disabled for said, button in buttons.items()} == {"✗ ant": False, "✓ zebra": True}


def test_a_kept_guess_that_is_no_answer_any_more_is_asked_for_again():
    parts(asked())[0]["ant"].click()
    assert list(parts(asked(3, range(5)))[0]) == ["0", "1", "2", "3", "4"]
    assert list(parts(predict("Another question?", ["ant", "zebra"], "ant", ""))[0]) == ["ant", "zebra"]


def test_of_two_presses_at_once_the_first_counts():
    prediction = asked(4, range(9))
    buttons, reveal = parts(prediction)
    overtake(buttons["1"].click, buttons["7"].click, lambda pause: buttons["0"].observe(pause, "disabled"))
    assert "You said 1;" in reveal.value
    assert [button.description for button in within(prediction, "lstm-chosen")] == ["✗ 1"]
    assert [button for button in buttons.values() if not button.disabled] == [buttons["1"]]


def test_nothing_gives_the_answer_away_before_the_guess_is_locked():
    for prediction in (asked("zebra", ["ant", "zebra"]), asked(7, range(9))):
        text = " ".join(
            re.sub(r"<style>.*?</style>", "", w.value, flags=re.DOTALL) for w in of_kind(prediction, widgets.HTML)
        )
        assert "It has stripes." not in text
        assert "7" not in text
        assert "zebra" not in text
        assert not within(prediction, "lstm-right")


def test_a_prediction_escapes_what_it_is_given_and_asks_its_question():
    prediction = predict("Is 1 < 2 & <b>so</b>?", ["yes", "no"], "yes", "<i>Count</i>.")
    buttons, reveal = parts(prediction)
    buttons["no"].click()
    text = " ".join(w.value for w in of_kind(prediction, widgets.HTML))
    assert "Is 1 &lt; 2 &amp; &lt;b&gt;so" in text
    assert "&lt;i&gt;Count" in reveal.value
    assert prediction._dom_classes == ("lstm-predict",)


def test_more_answers_than_one_can_look_through_are_refused():
    assert len(parts(asked(4, range(16)))[0]) == 16
    with pytest.raises(ValueError, match=r"^options: expected at most 16 answers to choose from, got 17; leave some"):
        asked(4, range(17))


@pytest.mark.parametrize(("options", "answer"), [(["a", "b"], "c"), (range(5), 5), (range(0, 9, 2), 3), ([], "a")])
def test_an_answer_that_is_not_among_the_options_is_refused(options, answer):
    with pytest.raises(ValueError, match=rf"^answer: expected one of .*, got {answer!r}; add it to the options$"):
        predict("?", options, answer, "")


def test_a_descending_range_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^options: expected an ascending range, got range\(4, 0, -1\); turn"):
        predict("How many?", range(4, 0, -1), 2, "So.")
