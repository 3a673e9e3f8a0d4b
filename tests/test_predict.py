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


def asked(answer="zebra", options=("ant", "zebra"), why="It has stripes.", question="Which one is 1 < 2 & <b>so</b>?"):
    """The card, {what a button says: button}, and the reveal."""
    card = predict(question, options, answer, why)
    (reveal,) = within(card, "lstm-reveal")
    return card, {button.description: button for button in of_kind(card, widgets.Button)}, reveal


ANSWERS = [("zebra", ("ant", "zebra", "gnu")), (4, range(9)), (np.int64(0), range(9)), (4, range(0, 9, 2))]


@pytest.mark.parametrize(("answer", "options"), ANSWERS)
def test_each_answer_can_be_chosen_by_one_press_which_locks_and_reveals_what_nothing_gave_away(answer, options):
    for guess in options:
        GUESSES.clear()
        card, buttons, reveal = asked(answer, options)
        assert list(buttons) == [str(option) for option in options]
        assert not any(button.disabled for button in buttons.values())
        assert (reveal.value, reveal.layout.display, within(card, "lstm-right")) == ("", "none", [])
        assert card._dom_classes == ("lstm-predict",)
        text = " ".join(w.value.split("</style>")[-1] for w in of_kind(card, widgets.HTML))
        assert text.strip() == "<b>Which one is 1 &lt; 2 &amp; &lt;b&gt;so&lt;/b&gt;?</b>"
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


def test_a_guess_is_locked_and_kept_when_the_cell_is_run_again_and_asked_for_again_where_it_is_no_answer():
    _, buttons, reveal = asked(why="<i>Count</i>.")
    buttons["ant"].click()
    said = reveal.value
    assert "&lt;i&gt;Count" in said
    buttons["zebra"].click()
    assert reveal.value == said
    _, buttons, again = asked(why="<i>Count</i>.")
    assert (again.value, again.layout.display) == (said, "")
    assert {said: button.disabled for said, button in buttons.items()} == {"✗ ant": False, "✓ zebra": True}
    assert list(asked(3, range(5))[1]) == ["0", "1", "2", "3", "4"]
    assert list(asked(question="Another question?")[1]) == ["ant", "zebra"]


def test_of_two_presses_at_once_the_first_counts():
    card, buttons, reveal = asked(4, range(9))
    other = threading.Thread(target=buttons["7"].click)

    def overtaken(_):
        if not other.ident:
            other.start()
            other.join(0.2)  # it has to wait

    buttons["0"].observe(overtaken, "disabled")
    buttons["1"].click()
    other.join()
    assert "You said 1;" in reveal.value
    assert [button.description for button in within(card, "lstm-chosen")] == ["✗ 1"]


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
