"""Predictions: one press locks a guess and reveals the answer, which nothing gives away before."""

import threading

import ipywidgets as widgets
import numpy as np
import pytest
from test_show import of_kind, within

from lstm_demo.show import predict
from lstm_demo.show.predict import GUESSES


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
        quoted = f"“{guess}”" if isinstance(guess, str) else guess
        said = f"✓ Yes: {quoted}." if guess == answer else f"✗ You said {quoted}; the answer is "
        assert said in reveal.value
        if quoted == guess != answer:
            assert f", {abs(guess - answer)} away." in reveal.value
        assert "It has stripes." in reveal.value


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
    other = threading.Thread(target=buttons["7"].click)

    def overtaken(_):
        if not other.ident:
            other.start()
            other.join(0.2)  # it has to wait

    buttons["0"].observe(overtaken, "disabled")
    buttons["1"].click()
    other.join()
    assert "You said 1;" in reveal.value
    assert [button.description for button in within(prediction, "lstm-chosen")] == ["✗ 1"]


def test_nothing_gives_the_answer_away_before_the_guess_is_locked():
    for prediction in (asked("zebra", ["ant", "zebra"]), asked(7, range(9))):
        text = " ".join(w.value.split("</style>")[-1] for w in of_kind(prediction, widgets.HTML))
        assert not [word for word in ("stripes.", "7", "zebra") if word in text]
        assert not within(prediction, "lstm-right")


def test_a_prediction_escapes_what_it_is_given_and_asks_its_question():
    prediction = predict("Is 1 < 2 & <b>so</b>?", ["yes", "no"], "yes", "<i>Count</i>.")
    buttons, reveal = parts(prediction)
    buttons["no"].click()
    text = " ".join(w.value for w in of_kind(prediction, widgets.HTML))
    assert "Is 1 &lt; 2 &amp; &lt;b&gt;so" in text
    assert "&lt;i&gt;Count" in reveal.value
    assert prediction._dom_classes == ("lstm-predict",)


REFUSED = [
    (["a", "b"], "c", r"answer: expected one of .*, got 'c'; add it to the options"),
    (range(0, 9, 2), 3, r"answer: expected one of .*, got 3; add it to the options"),
    ([], "a", r"answer: expected one of .*, got 'a'; add it to the options"),
    (range(17), 4, "options: expected at most 16 answers to choose from, got 17; leave some out"),
    (range(4, 0, -1), 2, r"options: expected an ascending range, got range\(4, 0, -1\); turn it round"),
]


@pytest.mark.parametrize(("options", "answer", "words"), REFUSED)
def test_options_and_answers_that_cannot_be_asked_for_are_refused_by_name(options, answer, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        asked(answer, options)
