"""The pages, as a reader without a kernel and without a network has them: from file://, in Chromium."""

import base64
import gzip
import json
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


@pytest.fixture(scope="module")
def opened(site, browser):
    """opened(name, hash) -> a page with no network; what went wrong in it is kept in its `.complaints`."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    made = []

    def of(path, place=""):
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith("file://") else page.complaints.append(request.url),
        )
        page.goto(f"file://{path}{place}")
        page.wait_for_function(READY)
        made.append(page)
        return page

    yield of
    context.close()


def test_every_notebook_has_its_page_and_the_index_leads_to_it(site):
    index = (site / "index.html").read_text("utf-8")
    assert [name for name in NAMES if not (site / f"{name}.html").exists() or f'href="{name}.html"' not in index] == []


@pytest.mark.parametrize("name", [*NAMES, "index", "questions", "statements", "names", "teaching", "frameworks"])
def test_a_page_needs_nothing_but_its_folder_and_fits_a_phone(name, site, opened):
    text = (site / f"{name}.html").read_text("utf-8")
    assert not re.search(r'src="[^"]*http|url\(\s*["\']?http|<link[^>]*http', text)
    broken = [link for link in re.findall(r'href="([\w.]+\.html)', text) if not (site / link).exists()]
    assert broken == []
    page = opened(site / f"{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.complaints == []
    page.close()


# --- explorers -------------------------------------------------------------------------------------------------------


def figures(page):
    return page.locator("figure.explorer").all()


def setting(page, figure, of):
    """The values of the setting that the controls stand at, read from the controls themselves."""
    values = {}
    for word, box in zip(of.domains, figure.locator(".controls > *").all(), strict=True):
        values[word] = box.evaluate(
            """box => { const one = box.querySelector("input, select")
                if (one.type === "radio") return box.querySelector(":checked + span").textContent
                if (one.type === "checkbox") return one.checked ? "True" : "False"
                if (box.className === "time") return +one.value
                return box.querySelector("output")?.value ?? one.value }"""
        )
    return [
        values[word]
        if isinstance(values[word], int)
        else recordings.value(of, {"name": word, "options": [values[word]]}, 0)
        for word in of.domains
    ]


def complaints(page, figure, of):
    """What is wrong with the picture as it stands now, in words."""
    caption, wanted = figure.locator("figcaption").text_content(), of.drawn(*setting(page, figure, of)).sentence
    if caption != wanted:
        yield f"the caption is {caption!r}, and Python says {wanted!r}"
    if figure.locator("svg[role=img]").get_attribute("aria-label") != caption:
        yield "the label of the picture is not its caption"


def press_all(page, figure):
    """Move every control once, with the keyboard alone; yields after each key."""
    for box in figure.locator(".controls > *").all():
        control = box.locator("input:checked, input[type=range], input[type=checkbox], select").first
        if control.is_disabled():
            continue
        control.focus()
        for key in (
            ("Space",) if control.get_attribute("type") == "checkbox" else ("ArrowLeft", "ArrowRight", "ArrowRight")
        ):
            page.keyboard.press(key)
            yield key


@pytest.mark.parametrize("name", NAMES)
def test_every_control_answers_to_the_keyboard_with_what_python_says(name, site, opened):
    page = opened(site / f"{name}.html")
    for figure in figures(page):
        of = recordings.EXPLORERS[f"{name[3:]}.{figure.get_attribute('data-name')}"]
        seen = {figure.locator("figcaption").text_content()}
        for key in press_all(page, figure):
            assert [*complaints(page, figure, of)] == [], key
            seen.add(figure.locator("figcaption").text_content())
        assert len(seen) > 1
    assert page.complaints == []
    page.close()


def test_a_recording_whose_frames_are_shifted_is_caught(site, opened):
    text = (site / "00_start_here.html").read_text("utf-8")
    packed = re.search(r'application/gzip">(.*?)</script>', text)[1]
    tape = json.loads(gzip.decompress(base64.b64decode(packed)))
    tape["frames"] = dict(
        zip(tape["frames"], [*tape["frames"].values()][1:] + [*tape["frames"].values()][:1], strict=True)
    )
    wrong = base64.b64encode(gzip.compress(json.dumps(tape).encode())).decode()
    (site / "shifted.html").write_text(text.replace(packed, wrong), "utf-8")
    page = opened(site / "shifted.html")
    (site / "shifted.html").unlink()
    assert [*complaints(page, figures(page)[0], recordings.EXPLORERS["start_here.board"])] != []
    page.close()


def test_a_setting_stands_in_the_address_and_can_be_sent(site, opened):
    page = opened(site / "00_start_here.html")
    figure = figures(page)[0]
    figure.locator("input").nth(3).focus()
    page.keyboard.press("ArrowRight")
    said, address = figure.locator("figcaption").text_content(), page.evaluate("location.hash")
    assert re.fullmatch(r"#board=[\d.]+", address)
    other = opened(site / "00_start_here.html", address)
    assert figures(other)[0].locator("figcaption").text_content() == said
    page.close()
    other.close()


def test_a_prediction_is_locked_by_one_press_and_then_told(site, opened):
    page = opened(site / "03_padding.html")
    card = page.locator(".predict").first
    wrong = (
        card.locator("button")
        .filter(has_not_text=re.compile(f"^{re.escape(card.get_attribute('data-answer'))}$"))
        .first
    )
    wrong.click()
    assert card.locator(".reveal").text_content().startswith("✗ You said")
    assert card.locator("button:enabled").count() == 1
    page.close()


# --- the step that is computed here ----------------------------------------------------------------------------------


def test_the_step_in_javascript_is_the_cell_of_numpy(site, opened):
    page, rng = opened(site / "02_inside_the_cell.html"), np.random.default_rng(0)
    for features, units in [(1, 1), (3, 2), (2, 5)] * 100:
        params = Params(*(rng.normal(0, 2, size) for size in ((4 * units, features), (4 * units, units), 4 * units)))
        x, h, c = (rng.normal(0, 2, size) for size in (features, units, units))
        weights = {name: value.tolist() for name, value in params._asdict().items()}
        got = page.evaluate("([p, x, h, c]) => lstmStep(p, x, h, c)", [weights, x.tolist(), h.tolist(), c.tolist()])
        new, gates = step(params, x[None], State(h[None], c[None]))
        for name, want in {**gates._asdict(), "h": new.h, "c": new.c}.items():
            assert np.abs(np.array(got[name]) - want[0]).max() < 1e-12
    page.close()


def test_the_belt_says_what_python_says_at_random_settings(site, opened):
    page, of, rng = opened(site / "02_inside_the_cell.html"), inside_the_cell.conveyor, np.random.default_rng(0)
    figure = page.locator("figure.step")
    sizes = [5 if isinstance(domain, Time) else len(domain) for domain in of.domains.values()]
    for _ in range(40):
        places = [int(rng.integers(size)) for size in sizes]
        page.evaluate(f"location.hash = '#conveyor={'.'.join(map(str, places))}'")
        page.wait_for_timeout(20)
        wanted = [k if isinstance(one, Time) else one[k] for one, k in zip(of.domains.values(), places, strict=True)]
        assert setting(page, figure, of) == wanted
        assert [*complaints(page, figure, of)] == []
    page.close()
