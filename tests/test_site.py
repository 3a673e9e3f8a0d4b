"""What a page without a kernel holds: each explorer recorded setting by setting, as Python draws and says it."""

import base64
import gzip
import json
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from test_show import EXPLORERS as FOUND
from test_show import Point

from lstm_demo.show import Drawn, Text, Time
from lstm_demo.show import explorer as explorer_of

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "site"))

import make_site  # noqa: E402
import recorded  # noqa: E402

EXPLORERS = {name.removeprefix("lstm_demo.lessons."): one for name, one in FOUND.items()}
RECORDED = [name for name in EXPLORERS if not name.endswith(".conveyor")]


def page_of(of, *values):
    return recorded.Recorded(of, of.settled(*values))._repr_html_()


def packed(page):
    return re.search(r"application/gzip\">(.*?)</script>", page)[1]


def tape_of(page):
    return json.loads(gzip.decompress(base64.b64decode(packed(page))))


def value(of, spec, place):
    """The value of a control at a place, found by what the page calls it."""
    domain = of.domains[spec["name"].replace(" ", "_")]
    if isinstance(domain, Time):
        return place
    options = (*domain.samples, *domain.offered) if isinstance(domain, Text) else domain
    return {str(option): option for option in options}[spec["options"][place]]


@pytest.mark.parametrize("name", RECORDED)
def test_every_frame_is_what_python_draws_and_says_of_its_own_setting(name, monkeypatch):
    """Read back as the player does: a place of each control, then the values behind it. Drawing itself is left out."""
    of = EXPLORERS[name]
    monkeypatch.setattr(of, "drawn", lambda *values: Drawn(f"{values[:1]}", f"{values}", f"says {values}", (9.0, 3.6)))
    page = page_of(of)
    tape = tape_of(page)
    assert 1 < len(tape["frames"]) <= recorded.budget(of)[0]
    for key, (shell, fragment, sentence, off) in tape["frames"].items():
        places = zip(tape["controls"], map(int, key.split(".")), strict=True)
        values = [value(of, spec, place) for spec, place in places]
        told = tape["shells"][shell][1], tape["fragments"][fragment], tape["sentences"][sentence]
        assert told == of.drawn(*values)[:3]
        assert tape["off"][off] == list(of.off(**dict(zip(of.domains, values, strict=True))))
    first = [value(of, spec, spec["at"]) for spec in tape["controls"]]
    assert first == [*of.settled().values()]
    assert page.count(f"says {tuple(first)}".replace("'", "&#x27;")) == 2  # as the caption, and as the picture's label
    offered = [len(recorded.all_choices(of, word)) for word in of.domains]
    assert (recorded.THINNED in page) == (offered != [len(spec["options"]) for spec in tape["controls"]])


def test_a_recording_that_grows_too_large_is_thinned_and_says_so():
    noise = np.random.default_rng(0)
    of = explorer_of(k=range(40))(lambda k=7: Point(k, noise.bytes(4000).hex()))
    page = page_of(of)
    (spec,) = tape_of(page)["controls"]
    assert len(packed(page)) <= recorded.budget(of)[1]
    assert spec["options"][spec["at"]] == "7"
    assert 1 < len(spec["options"]) < 40
    assert recorded.THINNED in page


def test_a_recording_opens_where_it_was_asked_to_on_its_first_picture_and_is_the_same_to_the_byte():
    of = EXPLORERS["memory_or_not.error_by_lag"]
    page = page_of(of, 7)
    (spec,) = tape_of(page)["controls"]
    assert spec["options"][spec["at"]] == "7"
    assert (page.count("<svg"), page.count(of(7).says())) == (1, 2)
    of.drawn.cache_clear()
    assert page_of(of, 7) == page


def test_a_card_holds_its_question_answers_and_reason_as_text():
    page = recorded.Card("Is 1 < 2?", ["yes & no", "no"], "no", 'as "it" is')._repr_html_()
    assert "<strong>Is 1 &lt; 2?</strong>" in page
    assert page.count("<button") == 2
    assert 'data-answer="no" data-why="as &quot;it&quot; is"' in page


CELLS = """\
from lstm_demo.lessons.memory_or_not import error_by_lag
from lstm_demo.show import predict
---
print("one", flush=True)
print("two")
error_by_lag(3)
---
error_by_lag.explore()
---
predict("Two?", range(4), 2, "So.")
---
print("3 ms")
"""


def test_a_page_holds_what_its_cells_show_and_is_compared_but_for_what_they_measure(tmp_path):
    cells = [nbformat.v4.new_code_cell(source.strip(), id=f"cell{k}") for k, source in enumerate(CELLS.split("---"))]
    cells[-1].metadata["tags"] = ["measured"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "00_tiny.ipynb")
    page, seconds = make_site.lesson(tmp_path / "00_tiny.ipynb")
    assert 0 < seconds < 60  # of its one cell that shows an explorer
    parts = ["one\ntwo", 'class="lstm-picture"', 'class="explorer"', 'class="predict"', "3 ms"]
    assert [part for part in parts if part not in page] == []
    assert [part for part in parts if part not in make_site.repeated(page)] == ["3 ms"]
