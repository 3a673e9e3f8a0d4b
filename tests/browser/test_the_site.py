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
    told = subprocess.run([sys.executable, ROOT / "scripts" / "make_site.py"], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
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


def test_every_notebook_has_its_page_and_the_index_leads_to_it(site):
    index = (site / "index.html").read_text("utf-8")
    assert [name for name in NAMES if not (site / f"{name}.html").exists() or f'href="{name}.html"' not in index] == []


@pytest.mark.parametrize("name", [*NAMES, "index", "questions", "statements", "names", "teaching", "frameworks"])
def test_a_page_needs_nothing_but_its_folder_and_fits_a_phone(name, site, opened):
    text = (site / f"{name}.html").read_text("utf-8")
    assert not re.search(r'src="[^"]*http|url\(\s*["\']?http|<link[^>]*http', text)
    assert [link for link in re.findall(r'href="([\w.]+\.html)', text) if not (site / link).exists()] == []
    assert opened(name).evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", NAMES)
def test_every_recording_keeps_its_budget(name, site):
    text = (site / f"{name}.html").read_text("utf-8")
    for figure, inside in re.findall(r'<figure class="explorer" data-name="(\w+)">(.*?)</figure>', text, re.DOTALL):
        most = recordings.recorded.budget(recordings.EXPLORERS[f"{name[3:]}.{figure}"])[1]
        assert len(recordings.packed(inside)) <= most, figure


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


def said(figure):
    """The caption, which is the label of the picture too."""
    caption = figure.locator("figcaption").text_content()
    assert figure.locator("svg[role=img]").get_attribute("aria-label") == caption
    return caption


def press_all(page, figure):
    """Move every control once, with the keyboard alone; yields after each key."""
    for box in figure.locator(".controls > *").all():
        control = box.locator("input:checked, input[type=range], input[type=checkbox], select").first
        if control.is_disabled():
            continue
        control.focus()
        ticked = control.get_attribute("type") == "checkbox"
        for key in ("Space",) if ticked else ("ArrowLeft", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
            yield key


@pytest.mark.parametrize("name", NAMES)
def test_every_control_answers_to_the_keyboard_with_what_python_says(name, opened):
    page = opened(name)
    for figure in page.locator("figure.explorer").all():
        of = recordings.EXPLORERS[f"{name[3:]}.{figure.get_attribute('data-name')}"]
        seen = {said(figure)}
        for key in press_all(page, figure):
            assert said(figure) == of.drawn(*setting(figure, of)).sentence, key
            seen.add(said(figure))
        assert len(seen) > 1


def test_a_setting_stands_in_the_address_and_can_be_sent(opened):
    page = opened("00_start_here")
    figure = page.locator("figure.explorer").first
    figure.locator("input").nth(3).focus()
    page.keyboard.press("ArrowRight")
    address = page.evaluate("location.hash")
    assert re.fullmatch(r"#board=[\d.]+", address)
    assert said(opened("00_start_here", address).locator("figure.explorer").first) == said(figure)


def test_a_prediction_is_locked_by_one_press_and_then_told(opened):
    card = opened("03_padding").locator(".predict").first
    right = re.compile(f"^{re.escape(card.get_attribute('data-answer'))}$")
    card.locator("button").filter(has_not_text=right).first.click()
    assert card.locator(".reveal").text_content().startswith("✗ You said")
    assert card.locator("button:enabled").count() == 1


def test_of_the_questions_those_are_left_that_hold_every_word_typed(opened):
    page = opened("questions")
    every = page.locator("main > ul > li").all_text_contents()
    wanted = [one for one in every if "padding" in one.lower() and "mask" in one.lower()]
    page.locator("input[type=search]").focus()
    page.keyboard.type("Mask padding")
    assert page.locator("main > ul > li:visible").all_text_contents() == wanted
    assert page.locator("output").text_content() == f"{len(wanted)} of {len(every)} questions"
    assert 0 < len(wanted) < len(every)


# --- the step that is computed here ----------------------------------------------------------------------------------


def test_the_step_in_javascript_is_the_cell_of_numpy(opened):
    page, rng = opened("02_inside_the_cell"), np.random.default_rng(0)
    for features, units in [(1, 1), (3, 2), (2, 5)] * 100:
        params = Params(*(rng.normal(0, 2, size) for size in ((4 * units, features), (4 * units, units), 4 * units)))
        x, h, c = (rng.normal(0, 2, size) for size in (features, units, units))
        weights = {name: value.tolist() for name, value in params._asdict().items()}
        got = page.evaluate("([p, x, h, c]) => lstmStep(p, x, h, c)", [weights, x.tolist(), h.tolist(), c.tolist()])
        new, gates = step(params, x[None], State(h[None], c[None]))
        for name, want in {**gates._asdict(), "h": new.h, "c": new.c}.items():
            assert np.abs(np.array(got[name]) - want[0]).max() < 1e-12


def test_the_belt_says_what_python_says_at_random_settings(opened):
    page, of, rng = opened("02_inside_the_cell"), inside_the_cell.conveyor, np.random.default_rng(0)
    figure = page.locator("figure.step")
    sizes = [5 if isinstance(domain, Time) else len(domain) for domain in of.domains.values()]
    for _ in range(40):
        places = [int(rng.integers(size)) for size in sizes]
        page.evaluate(f"location.hash = '#conveyor={'.'.join(map(str, places))}'")
        page.wait_for_timeout(20)
        wanted = [k if isinstance(one, Time) else one[k] for one, k in zip(of.domains.values(), places, strict=True)]
        assert setting(figure, of) == wanted
        assert said(figure) == of.drawn(*wanted).sentence
