"""What a page without a kernel holds: each explorer recorded setting by setting, as Python draws and says it."""

import base64
import gzip
import json
import re
import sys
from pathlib import Path

import lessons
import pytest
from lessons import code_cells, tags
from test_show import EXPLORERS as FOUND

from lstm_demo import show
from lstm_demo.show import Time

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "site"))

import make_site  # noqa: E402
import recorded  # noqa: E402

EXPLORERS = {name.removeprefix("lstm_demo.lessons."): one for name, one in FOUND.items()}
each = pytest.mark.parametrize("name", [name for name in EXPLORERS if not name.endswith(".conveyor")])


def tape_of(page):
    return json.loads(gzip.decompress(base64.b64decode(re.search(r"application/gzip\">(.*?)</script>", page)[1])))


@pytest.fixture(scope="module")
def pages():
    """{explorer: the HTML that it leaves on a page}, each made once."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = recorded.Recorded(EXPLORERS[name], EXPLORERS[name].settled())._repr_html_()
        return made[name]

    return of


@each
def test_every_frame_is_the_picture_and_the_sentence_of_its_own_setting(name, pages):
    """Read back as the player does: a place of each control, then the values behind it."""
    of, tape = EXPLORERS[name], tape_of(pages(name))
    assert len(tape["frames"]) > 1
    for key in [*tape["frames"]][:: max(1, len(tape["frames"]) // 12)]:
        places = [int(place) for place in key.split(".")]
        values = [value(of, spec, place) for spec, place in zip(tape["controls"], places, strict=True)]
        shell, fragment, sentence, off = tape["frames"][key]
        drawn = of.drawn(*values)
        assert tape["sentences"][sentence] == drawn.sentence
        assert (tape["shells"][shell][1], tape["fragments"][fragment]) == (drawn.shell, drawn.fragment)
        assert tape["off"][off] == list(of.off(**dict(zip(of.domains, values, strict=True))))


def value(of, spec, place):
    """The value of a control at a place, found by what the page calls it."""
    domain = of.domains[spec["name"].replace(" ", "_")]
    if isinstance(domain, Time):
        return place
    options = (*domain.samples, *domain.offered) if isinstance(domain, show.Text) else domain
    return {str(option): option for option in options}[spec["options"][place]]


@each
def test_a_recording_is_small_and_says_where_something_is_left_out(name, pages):
    page, of = pages(name), EXPLORERS[name]
    tape = tape_of(page)
    assert len(re.search(r"application/gzip\">(.*?)</script>", page)[1]) <= recorded.budget(of)[1]
    assert len(tape["frames"]) <= recorded.budget(of)[0]
    offered = [len(recorded.all_choices(of, word)) for word in of.domains]
    assert (recorded.THINNED in page) == (offered != [len(spec["options"]) for spec in tape["controls"]])


def test_what_stands_first_is_the_setting_that_was_asked_for(pages):
    tape = tape_of(
        recorded.Recorded(
            EXPLORERS["memory_or_not.error_by_lag"], EXPLORERS["memory_or_not.error_by_lag"].settled(7)
        )._repr_html_()
    )
    (spec,) = tape["controls"]
    assert spec["options"][spec["at"]] == "7"


def test_two_recordings_are_the_same_to_the_byte(pages):
    of = EXPLORERS["inside_the_cell.lasting"]
    of.drawn.cache_clear()
    assert recorded.Recorded(of, of.settled())._repr_html_() == pages("inside_the_cell.lasting")


def test_where_nothing_runs_the_first_picture_and_its_sentence_stand(pages):
    page, first = pages("inside_the_cell.lasting"), EXPLORERS["inside_the_cell.lasting"]()
    assert page.count("<svg") == 1
    assert page.count(first.says()) == 2  # as the caption, and as the label of the picture


def test_a_card_holds_its_question_answers_and_reason_as_text():
    page = recorded.Card("Is 1 < 2?", ["yes & no", "no"], "no", 'as "it" is')._repr_html_()
    assert "<strong>Is 1 &lt; 2?</strong>" in page
    assert page.count("<button") == 2
    assert 'data-answer="no" data-why="as &quot;it&quot; is"' in page


def test_a_page_made_twice_is_the_same_to_the_byte():
    """Of lesson 00; of all, `make site ARGS=--again` says it."""
    first, again = (make_site.repeated(make_site.lesson(make_site.LESSONS[0])[0]) for _ in range(2))
    assert first == again
    assert 'class="explorer"' in first


def test_what_measures_is_left_out_of_the_comparison_and_nothing_else():
    cells = [
        "<p>before</p>",
        '<div class="cell celltag_measured" id="1">3 ms</div>',
        '<div class="cell code">measured</div>',
    ]
    assert make_site.repeated("".join(cells)) == cells[0] + cells[2]


@pytest.mark.parametrize("path", make_site.LESSONS, ids=lambda path: path.stem)
def test_a_cell_that_shows_times_or_the_machine_is_tagged_so_and_no_other(path):
    for cell in code_cells(lessons.read(path.name)):
        measures = re.search(r"^stamp\(|(?<!def )\b(laps|race)\(", cell.source, re.M)
        assert ("measured" in tags(cell)) == bool(measures), cell.source
