"""Drive a lesson in a real JupyterLab, Notebook 7 or Voila: one server, one browser, and what a reader would see.

Knows nothing of pytest.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lstm_demo.claims import CLAIM

TREE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120_000  # ms: a machine may be slow; what is wrong is told by what is seen, not by when
CONTROLS = ".noUi-handle, select, input:not([type=hidden]), textarea, button.jupyter-button"
# Beside what Playwright sets, so that the browser speaks to nobody but our own server.
CHROMIUM_ARGS = ["--disable-gpu", "--disable-quic"]


@contextmanager
def running_browser():
    """The browser that CHROMIUM names, as `make browser` does, or the one on PATH."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()


# --- the server ----------------------------------------------------------------------------------------------------

TOKEN = "only-for-this-test"
PAGES = {"lab": "lab/tree", "notebook": "notebooks"}
MODULES = {"lab": "jupyterlab", "notebook": "notebook", "voila": "voila"}
SERVER = {"ServerApp.ip": "127.0.0.1", "ServerApp.port_retries": 0, "IdentityProvider.token": TOKEN}
SERVER["ServerApp.allow_root"] = hasattr(os, "geteuid") and os.geteuid() == 0
OPTIONS = {
    "lab": {**SERVER, "LabApp.expose_app_in_browser": True},
    "notebook": {**SERVER, "JupyterNotebookApp.expose_app_in_browser": True},
    "voila": {"Voila.ip": "127.0.0.1", "token": TOKEN, "strip_sources": True, "show_tracebacks": True},
}


class Server(NamedTuple):
    """A running JupyterLab, Notebook or Voila over a copy of the notebooks, which lie below `root`."""

    place: str
    port: int
    root: Path
    log: Path

    url = property(lambda self: f"http://127.0.0.1:{self.port}")

    def logged(self):
        return self.log.read_text(errors="replace")

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running_lab(folder, notebooks, place="lab", seconds=90):
    """A Server over a copy, so that playing, checkpoints and saving never touch the working tree."""
    folder, ignored = Path(folder), shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    shutil.copytree(notebooks, folder / "root" / "notebooks", ignore=ignored)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(place, probe.getsockname()[1], folder / "root", folder / "server.log")
    with server.log.open("wb") as log:
        # In a folder without Python files: `python -m` would prefer a file of that name to the program meant.
        process = subprocess.Popen(command(server), cwd=folder, env=environment(folder), stdout=log, stderr=log)
    try:
        limit = time.monotonic() + seconds
        while not server.listens():
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"{place} did not start; its log says:\n{server.logged()[-3000:]}")
            time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def command(server):
    given = [f"--{name}={value}" for name, value in OPTIONS[server.place].items()]
    if server.place == "voila":
        given += [f"--port={server.port}", str(server.root / "notebooks")]
    else:
        given += [f"--ServerApp.port={server.port}", f"--ServerApp.root_dir={server.root}"]
    return [sys.executable, "-m", MODULES[server.place], "--no-browser", *given]


def environment(folder):
    """The caller's environment with every folder that Jupyter reads settings from or writes to replaced."""
    jupyter = [f"JUPYTER_{name}_DIR" for name in ("CONFIG", "DATA", "RUNTIME")]
    lab = [f"JUPYTERLAB_{name}_DIR" for name in ("SETTINGS", "WORKSPACES")]
    own = {name: str(folder / name) for name in (*jupyter, *lab, "IPYTHONDIR")}
    own["JUPYTER_CONFIG_PATH"] = str(TREE / "scripts" / "lab_settings")
    # The package of this tree is what is looked at, also where it is not installed.
    own["PYTHONPATH"] = os.pathsep.join(filter(None, [str(TREE), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **own, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


# --- a lesson ------------------------------------------------------------------------------------------------------

# The idle dot lies; the session's own promises do not. The kernel's messages are kept, because an error in a
# callback is published under the callback's own message and no cell ever shows it.
OPENED = """async (path) => {
  const settled = () => {
    const widget = window.jupyterapp?.shell?.currentWidget;
    return widget?.context?.path === path ? widget : null;
  };
  while (!settled()) await new Promise(done => setTimeout(done, 50));
  const session = settled().sessionContext;
  await settled().context.ready;
  await session.ready;
  await session.session.kernel.info;
  // JupyterLab asks for the widgets of a kernel before any cell has imported ipywidgets.
  const expected = /^No such comm/;
  window.kernelErrors = [];
  session.session.kernel.anyMessage.connect((_, {msg, direction}) => {
    if (direction !== 'recv') return;
    const kind = msg.header.msg_type, content = msg.content;
    if (kind === 'error') window.kernelErrors.push(content.ename + ': ' + content.evalue);
    if (kind === 'stream' && content.name === 'stderr' && !expected.test(content.text)) {
      window.kernelErrors.push(content.text);
    }
  });
  window.jupyterapp.shell.collapseLeft?.();
}"""
OUTPUTS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"
# `lm-Widget` messages are queued: two frames and one round trip to the kernel let a change arrive and be drawn.
ROUND_TRIP = """async () => {
  await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo();
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
UNSEEN = """() => [...document.querySelectorAll('.jp-Cell img')]
  .filter(img => img.complete && !img.naturalWidth).map(img => 'picture not loaded: ' + (img.alt || img.src))"""


class Lesson:
    """One notebook open in JupyterLab or Notebook 7; collects what console, page and kernel complain of."""

    def __init__(self, browser, lab, name):
        self.lab, self.console, self.page_errors = lab, [], []
        self.logged_before = len(lab.logged())
        self.page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda said: said.type == "error" and self.console.append(said.text))
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.open(f"notebooks/{name}.ipynb")

    def open(self, path):
        self.page.goto(f"{self.lab.url}/{PAGES[self.lab.place]}/{path}?reset&token={TOKEN}")
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate(OPENED, path)

    def run_all(self):
        self.length = len(self.cells())
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.settle()
        return self

    def settle(self):
        """Wait until the kernel has answered everything asked so far and the page has drawn it."""
        self.page.evaluate(ROUND_TRIP)
        self.page.wait_for_timeout(150)
        self.page.evaluate(ROUND_TRIP)

    def cells(self):
        return self.page.evaluate(OUTPUTS)

    def errors_shown(self):
        """Error outputs of cells and of Output widgets, and errors that the kernel published to nobody."""
        cells = [output for cell in self.cells() for output in cell.get("outputs", [])]
        shown = [f"{output['ename']}: {output['evalue']}" for output in cells if output["output_type"] == "error"]
        claims = [output["data"]["text/plain"] for output in cells if CLAIM in output.get("metadata", {})]
        return shown + claims + self.page.evaluate("() => window.kernelErrors") + self.failures()

    def failures(self):
        """Tracebacks on the page and in the server's log; a callback that raised leaves one there, nowhere else."""
        red = self.page.locator(".jp-OutputArea-output", has_text="Traceback (most recent call last)").all_inner_texts()
        new = self.lab.logged()[self.logged_before :]
        return red + ([new[max(0, new.find("Traceback") - 300) :]] if "Traceback" in new else [])

    def complaints(self):
        """Everything that went wrong so far: outputs, callbacks, scripts, the console, pictures that did not load."""
        return self.errors_shown() + self.page_errors + self.console + self.page.evaluate(UNSEEN)

    def explorers(self):
        return self.page.locator(".lstm-explorer").all()

    def predictions(self):
        return self.page.locator(".lstm-predict").all()

    def close(self):
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.close()


# Nothing but the page itself can be asked here: it is at rest when nothing has changed in it for a while.
AT_REST = """() => new Promise(done => {
  let clock = setTimeout(done, 400);
  const again = () => { clearTimeout(clock); clock = setTimeout(done, 400); };
  const seen = new MutationObserver(again);
  seen.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  setTimeout(() => { seen.disconnect(); done(); }, 5000);
})"""


class Page(Lesson):
    """One notebook run and shown by Voila, where no application can be asked: only the page and the log."""

    def open(self, path):
        self.page.goto(f"{self.lab.url}/voila/render/{Path(path).name}?token={TOKEN}")

    def run_all(self):
        """Voila has run it at load."""
        self.page.locator(".lstm-explorer :is(img, svg), .lstm-predict button").first.wait_for()
        self.settle()
        self.length = len(self.cells())
        return self

    def settle(self):
        self.page.evaluate(AT_REST)

    def cells(self):
        return self.page.locator(".jp-Cell").all()

    def errors_shown(self):
        return self.page.locator(".lstm-claim").all_inner_texts() + self.failures()

    def close(self):
        self.page.close()


# --- what a reader sees ----------------------------------------------------------------------------------------------


def seen(box):
    """(picture, sentence) of an explorer, as text; the sentence also where the page has not painted it yet."""
    words = box.locator(".lstm-sentence").first.text_content()
    return box.locator(".lstm-picture svg").first.evaluate("e => e.outerHTML"), " ".join(words.split())


def controls(box):
    """The controls that can be used at this moment, in the order of the page."""
    return [control for control in box.locator(CONTROLS).all() if control.is_visible() and not locked(control)]


def locked(control):
    """Whether a control refuses a change; a slider says so on its track, not on its handle."""
    return control.evaluate("e => !!e.disabled || !!e.closest('[disabled], [aria-disabled=true], fieldset:disabled')")


def kind_of(control):
    """slider, toggle, tick, button or text: decides which keys move it."""
    return control.evaluate(
        """e => e.matches('.noUi-handle') ? 'slider' : e.matches('.widget-toggle-buttons *') ? 'toggle'
        : e.matches('button') ? 'button' : e.type === 'checkbox' ? 'tick' : 'text'"""
    )


def value_of(control):
    """What the control stands at, so that a key that did nothing (already at the end) can be told."""
    return control.evaluate(
        """e => {
        const group = e.closest('.widget-toggle-buttons') || e;
        const chosen = [...group.querySelectorAll('button')].map(b => b.matches('.mod-active'));
        return [e.getAttribute('aria-valuetext'), e.value, e.checked, chosen].join('|')
      }"""
    )


def name_of(control):
    """The accessible name of a control, as the browser computes it; '' if it has none."""
    found = re.search(r'"(.+)"', control.aria_snapshot().splitlines()[0])
    return found.group(1) if found else ""


# --- what a reader does ----------------------------------------------------------------------------------------------

# In JupyterLab's command mode a bare arrow key on a tick box never reaches it: the notebook takes it and walks on to
# another cell. Tab walks along toggles, each of which is a stop of its own.
KEYS = {
    "slider": [["ArrowRight"], ["ArrowLeft"]],
    "tick": [["Space"]],
    "toggle": [["Enter"], ["Tab", "Enter"]],
    "button": [["Enter"]],
    "text": [["End", "1", "Tab"]],
}
# In Notebook 7 the notebook takes the arrows from a slider as well (seen in 7.6); these keys still reach it.
NOTEBOOK_KEYS = {**KEYS, "slider": [["PageUp"], ["PageDown"]]}


def move(lesson, control):
    """Move one control by the keyboard alone, one step. Raises if no key moves it."""
    kind, before = kind_of(control), value_of(control)
    for keys in (NOTEBOOK_KEYS if lesson.lab.place == "notebook" else KEYS)[kind]:
        control.scroll_into_view_if_needed()
        control.focus()
        press(control.page, keys)
        if kind == "button" or value_of(control) != before:
            return
    raise AssertionError(f"no key moved the {kind}: {control.evaluate('e => e.outerHTML')[:300]}")


def press(page, keys):
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(40)


def settle_until(lesson, holds, tries=8):
    """Let the page come to rest until this holds, at most so often."""
    for _ in range(tries):
        lesson.settle()
        if holds():
            return


def groups(box):
    """The controls of an explorer, each whole: all buttons of a choice, a slider with its number, a tick, a text."""
    return box.locator(".widget-toggle-buttons, .widget-slider, .widget-checkbox, .widget-text").all()


def choose(group, option):
    """Set a control to this option by the keyboard alone, with keys that it has in every place."""
    ways = {".noUi-handle": type_number, "button": press_named, "[type=checkbox]": tick, "[type=text]": retype}
    css = next(css for css in ways if group.locator(css).count())
    group.scroll_into_view_if_needed()
    ways[css](group.locator(css), option)


def type_number(handle, option):
    """Into the number beside a slider, which is the next stop of Tab. In Notebook 7 arrows would leave the cell."""
    handle.focus()
    press(handle.page, ["Tab", "ControlOrMeta+a", *f"{option:.10g}", "Enter"])


def press_named(buttons, option):
    (button,) = [button for button in buttons.all() if button.text_content().strip() == str(option)]
    button.focus()
    press(button.page, ["Enter"])


def tick(box, option):
    box.focus()
    press(box.page, ["Space"] * (box.is_checked() != option))


def retype(text, option):
    text.focus()
    press(text.page, ["ControlOrMeta+a", *option, "Tab"])


# --- where the focus is -----------------------------------------------------------------------------------------------

LOOK = """e => {
  const style = getComputedStyle(e);
  return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join(' ; ');
}"""
FOCUS = """controls => {
  const e = document.activeElement, cell = e.closest('.jp-Cell'), box = e.closest('.lstm-explorer, .lstm-predict');
  return {
    cell: [...document.querySelectorAll('.jp-Notebook .jp-Cell')].indexOf(cell),
    whole: e === cell,
    place: box && e.matches(controls) ? [...box.querySelectorAll(controls)].indexOf(e) : -1,
  };
}"""


def focus(lesson):
    """Where the focus is: number of the cell, whether the whole cell has it, which control of its box (-1: none)."""
    return lesson.page.evaluate(FOCUS, CONTROLS)


def press_until(lesson, key, wanted, most=15):
    """Press a key until the focus is where it is wanted, at most so often."""
    for _ in range(most):
        lesson.page.keyboard.press(key)
        if wanted(focus(lesson)):
            return
    raise AssertionError(f"{most} times {key} did not lead there; the focus is at {focus(lesson)}")
