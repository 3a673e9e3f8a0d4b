"""The pages, as a reader without a kernel and without a network has them: from file://, in Chromium."""

import os
import re
import subprocess
import sys
from pathlib import Path

import lessons
import numpy as np
import pytest
import test_site as recordings
from playwright.sync_api import expect

from lstm_demo.cell import Params, State, step
from lstm_demo.lessons import inside_the_cell
from lstm_demo.show import Time

ROOT = Path(__file__).resolve().parents[2]
NAMES = [name.removesuffix(".ipynb") for name in lessons.names()]
READY = "[...document.querySelectorAll('figure.explorer')].every(figure => 'ready' in figure.dataset)"


@pytest.fixture(scope="module")
def site():
    """The folder of the pages, built now, or those that lie where the environment variable SITE says."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"]).resolve()
    subprocess.run([sys.executable, ROOT / "scripts" / "make_site.py"], check=True)
    return ROOT / "_site"


@pytest.fixture
def opened(site, browser):
    """opened(name, place) -> a page with no network; in the end nothing went wrong in it, and it asked for nothing."""
    context, complaints = browser.new_context(offline=True, viewport={"width": 390, "height": 844}), []

    def of(name, place=""):
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith("file://") or complaints.append(asked.url))
        page.goto(f"file://{site}/{name}.html{place}")
        page.wait_for_function(READY)
        return page

    yield of
    context.close()
    assert complaints == []


@pytest.mark.parametrize("name", [*NAMES, "index", "questions", "statements", "names", "teaching", "frameworks"])
def test_a_page_needs_nothing_but_its_folder_and_fits_a_phone_and_the_index_leads_to_it(name, site, opened):
    links = {page: re.findall(r'href="([\w.]+\.html)', (site / f"{page}.html").read_text()) for page in (name, "index")}
    assert [link for link in links[name] if not (site / link).exists()] == []
    assert name not in NAMES or f"{name}.html" in links["index"]
    assert opened(name).evaluate("document.documentElement.scrollWidth") <= 390


# --- explorers -------------------------------------------------------------------------------------------------------

CHOSEN = """box => {
  const one = box.querySelector("input, select")
  if (one.type === "radio") return box.querySelector(":checked + span").textContent
  if (one.type === "checkbox") return one.checked ? "True" : "False"
  if (box.className === "time") return +one.value
  return box.querySelector("output")?.value ?? one.value
}"""


def setting(figure, of):
    """The values of the setting that the controls stand at, read from the controls themselves."""
    chosen = [box.evaluate(CHOSEN) for box in figure.locator(".controls > *").all()]
    return [
        one if isinstance(one, int) else recordings.value(of, {"name": word, "options": [one]}, 0)
        for word, one in zip(of.domains, chosen, strict=True)
    ]


def law_of_showing(figure, of, values):
    """Controls stand at these values, idle ones are off, and caption and picture say what Python says."""
    sentence, off = of.drawn(*values).sentence, of.off(**dict(zip(of.domains, values, strict=True)))
    expect(figure.locator("figcaption")).to_have_text(sentence)
    expect(figure.locator("svg[role=img]")).to_have_attribute("aria-label", sentence)
    expect(figure.locator(".controls > :has(:is(input, select):disabled)")).to_have_count(len(off))
    assert setting(figure, of) == values
    return sentence


@pytest.mark.parametrize("name", NAMES)
def test_every_control_answers_to_the_keyboard_with_what_python_says_and_a_recording_keeps_its_budget(name, opened):
    for figure in opened(name).locator("figure.explorer").all():
        of = recordings.EXPLORERS[f"{name[3:]}.{figure.get_attribute('data-name')}"]
        for tape in figure.locator("script[type='application/gzip']").all_text_contents():
            assert len(tape) <= recordings.recorded.budget(of)[1]
        seen = {law_of_showing(figure, of, setting(figure, of))}
        for control in figure.locator("input:checked, input[type=range], input[type=checkbox], select").all():
            for key in ["Space"] if control.get_attribute("type") == "checkbox" else ["ArrowLeft", *2 * ["ArrowRight"]]:
                if control.is_enabled():
                    control.press(key)
                    seen.add(law_of_showing(figure, of, setting(figure, of)))
        assert len(seen) > 1


def test_a_setting_stands_in_the_address_and_can_be_sent(opened):
    page, of = opened("00_start_here"), recordings.EXPLORERS["start_here.board"]
    figure = page.locator("figure.explorer")
    figure.locator("input").nth(3).press("ArrowRight")
    other = opened("00_start_here", page.evaluate("location.hash")).locator("figure.explorer")
    assert setting(other, of) == setting(figure, of) != [*of.settled().values()]
    law_of_showing(other, of, setting(figure, of))


def test_the_belt_which_is_computed_here_shows_what_python_says_at_random_settings(opened):
    page, of, rng = opened("02_inside_the_cell"), inside_the_cell.conveyor, np.random.default_rng(0)
    domains = [range(5) if isinstance(domain, Time) else domain for domain in of.domains.values()]
    for _ in range(40):
        places = [int(rng.integers(len(domain))) for domain in domains]
        page.evaluate(f"location.hash = '#conveyor={'.'.join(map(str, places))}'")
        values = [domain[k] for domain, k in zip(domains, places, strict=True)]
        law_of_showing(page.locator("figure.step"), of, values)


def test_the_step_in_javascript_is_the_cell_of_numpy(opened):
    page, rng = opened("02_inside_the_cell"), np.random.default_rng(0)
    for _ in range(100):
        params = Params(*(rng.normal(0, 2, size) for size in ((8, 3), (8, 2), 8)))
        x, h, c = (rng.normal(0, 2, size) for size in (3, 2, 2))
        given = [{name: value.tolist() for name, value in params._asdict().items()}, *(v.tolist() for v in (x, h, c))]
        got = page.evaluate("given => lstmStep(...given)", given)
        new, gates = step(params, x[None], State(h[None], c[None]))
        for name, want in {**gates._asdict(), **new._asdict()}.items():
            assert np.abs(np.array(got[name]) - want[0]).max() < 1e-12


# --- predictions and questions ---------------------------------------------------------------------------------------


def test_a_prediction_is_locked_by_one_press_and_then_told(opened):
    card = opened("03_padding").locator(".predict").first
    right = re.compile(f"^{re.escape(card.get_attribute('data-answer'))}$")
    card.locator("button").filter(has_not_text=right).first.click()
    expect(card.locator(".reveal")).to_have_text(re.compile("^✗ You said"))
    expect(card.locator("button:enabled")).to_have_count(1)


def test_of_the_questions_those_are_left_that_hold_every_word_typed(opened):
    page = opened("questions")
    every = page.locator("main > ul > li").all_text_contents()
    wanted = [one for one in every if "padding" in one.lower() and "mask" in one.lower()]
    page.locator("input[type=search]").press_sequentially("Mask padding")
    assert page.locator("main > ul > li:visible").all_text_contents() == wanted
    assert page.locator("output").text_content() == f"{len(wanted)} of {len(every)} questions"
    assert 0 < len(wanted) < len(every)
