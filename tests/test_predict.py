"""Predictions: one press locks a guess and reveals the answer, which nothing gives away before."""

import threading

import ipywidgets as widgets
import numpy as np
import pytest
from test_show import below, of_kind

from lstm_demo.show import predict
from lstm_demo.show.predict import GUESSES


@pytest.fixture(autouse=True)
def _nothing_guessed():
    GUESSES.clear()


def asked(answer="zebra", options=("ant", "zebra"), why="It has <i>stripes</i>.", question="Is 1 < 2 & <b>so</b>?"):
    """The card, {what a button says: button}, and the reveal."""
    card = predict(question, options, answer, why)
    (reveal,) = (one for one in below(card) if "lstm-reveal" in one._dom_classes)
    return card, {button.description: button for button in of_kind(card, widgets.Button)}, reveal


ANIMALS = ("ant", "zebra", "gnu")
PRESSES = [
    ("zebra", ANIMALS, "zebra", "✓ Yes: “zebra”. It has"),
    ("zebra", ANIMALS, "ant", "✗ You said “ant”; the answer is “zebra”. It has"),
    (4, range(0, 9, 2), 4, "✓ Yes: 4. It has"),
    (np.int64(8), range(9), 0, "✗ You said 0; the answer is 8, 8 away. It has"),
]


@pytest.mark.parametrize(("answer", "options", "guess", "said"), PRESSES)
def test_one_press_chooses_locks_and_reveals_what_nothing_gave_away(answer, options, guess, said):
    card, buttons, reveal = asked(answer, options)
    assert list(buttons) == [str(option) for option in options]
    assert not any(button.disabled for button in buttons.values())
    assert (reveal.value, reveal.layout.display) == ("", "none")
    assert not any("lstm-right" in one._dom_classes for one in below(card))
    text = "".join(one.value.split("</style>")[-1] for one in of_kind(card, widgets.HTML))
    assert text == "<b>Is 1 &lt; 2 &amp; &lt;b&gt;so&lt;/b&gt;?</b>"
    for pressed in (guess, answer):  # the first counts
        buttons[str(pressed)].click()
    assert reveal.layout.display == ""
    assert f"{said} &lt;i&gt;stripes" in reveal.value
    assert [name for name, button in buttons.items() if not button.disabled] == [str(guess)]
    assert buttons[str(answer)].description == f"✓ {answer}"
    assert buttons[str(guess)].description == f"{said[0]} {guess}"


def test_a_guess_is_kept_when_the_cell_is_run_again_and_asked_for_again_where_it_is_no_answer():
    _, buttons, reveal = asked()
    buttons["ant"].click()
    _, buttons, again = asked()
    assert (again.value, again.layout.display) == (reveal.value, "")
    assert {said: button.disabled for said, button in buttons.items()} == {"✗ ant": False, "✓ zebra": True}
    assert list(asked(3, range(5))[1]) == ["0", "1", "2", "3", "4"]
    assert list(asked(question="Another question?")[1]) == ["ant", "zebra"]


def test_of_two_presses_at_once_the_first_counts():
    _, buttons, reveal = asked(4, range(9))
    other = threading.Thread(target=buttons["7"].click)

    def overtaken(_):
        if not other.ident:
            other.start()
            other.join(0.2)  # it has to wait

    buttons["0"].observe(overtaken, "disabled")
    buttons["1"].click()
    other.join()
    assert "You said 1;" in reveal.value
    chosen = [button.description for button in buttons.values() if "lstm-chosen" in button._dom_classes]
    assert chosen == ["✗ 1"]


REFUSED = [
    (["a", "b"], "c", r"answer: expected one of .*, got 'c'; add it to the options"),
    (range(17), 4, "options: expected at most 16 answers to choose from, got 17; leave some out"),
    (range(4, 0, -1), 2, r"options: expected an ascending range, got .*; turn it round"),
]


@pytest.mark.parametrize(("options", "answer", "words"), REFUSED)
def test_options_and_answers_that_cannot_be_asked_for_are_refused_by_name(options, answer, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        asked(answer, options)
