"""Drive a lesson in a real JupyterLab, Notebook 7 or Voila: one server, one browser, and what a reader would press.

Knows nothing of pytest.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import ipywidgets as widgets
from jupyter_server.serverapp import list_running_servers
from playwright.sync_api import expect, sync_playwright

from lstm_demo.show.controls import Player

TREE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120_000  # ms: a machine may be slow; what is wrong is told by what is seen, not by when
expect.set_options(timeout=PATIENCE / 4)


@contextmanager
def running_browser():
    """The browser that CHROMIUM names, as `make browser` does, or the one on PATH."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        # Beside what Playwright sets, so that the browser speaks to nobody but our own server.
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu", "--disable-quic"])
        try:
            yield browser
        finally:
            browser.close()


# --- the server ----------------------------------------------------------------------------------------------------

PLACES = {"lab": "lab/tree", "notebook": "notebooks", "voila": "voila/render"}
OPTIONS = {
    "LabApp.expose_app_in_browser": True,
    "JupyterNotebookApp.expose_app_in_browser": True,
    "VoilaConfiguration.show_tracebacks": True,
    # Voila cannot read pictures through the manager that JupyterLab would take, which answers later (seen in 0.5.13).
    "ServerApp.contents_manager_class": "jupyter_server.services.contents.largefilemanager.LargeFileManager",
    "ServerApp.allow_root": hasattr(os, "geteuid") and os.geteuid() == 0,
}


@contextmanager
def running_lab(folder, notebooks, seconds=90):
    """What Jupyter tells of a running JupyterLab, which serves the other places too: url, token, root_dir.

    It has settings and a copy of the notebooks of its own: playing and saving never touch the working tree.
    """
    root, own, log = (Path(folder) / name for name in ("root", "jupyter", "server.log"))
    shutil.copytree(notebooks, root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    env = os.environ | dict.fromkeys(folders, str(own)) | {"JUPYTER_CONFIG_PATH": str(TREE / "scripts/lab_settings")}
    env["PYTHONPATH"] = str(TREE)  # the package of this tree is what is looked at, also where it is not installed
    options = [f"--{name}={value}" for name, value in ({"ServerApp.root_dir": root} | OPTIONS).items()]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", *options]
    with log.open("wb") as out:
        # In a folder without Python files: `python -m` would prefer a file of that name to the program meant.
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out)
    try:
        limit = time.monotonic() + seconds
        while not (found := list(list_running_servers(own))):
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"the server did not start; its log says:\n{log.read_text()[-3000:]}")
            time.sleep(0.2)
        yield found[0]
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


# --- a lesson ------------------------------------------------------------------------------------------------------

READY = """() => {
  const open = window.jupyterapp?.shell?.currentWidget;
  return open?.context?.isReady && open.sessionContext.isReady;
}"""
FAILED = "[data-mime-type$='jupyter.error'], [data-mime-type$='jupyter.stderr'], .lstm-claim"


class Lesson:
    """One notebook open in one of the places; collects what console, page and kernel complain of."""

    def __init__(self, browser, server, name, place="lab"):
        self.place, self.told = place, []
        self.page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda said: said.type == "error" and self.told.append(said.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self.hear))
        self.page.goto(f"{server['url']}{PLACES[place]}/notebooks/{name}.ipynb?reset&token={server['token']}")
        if place != "voila":
            self.page.wait_for_function(READY)

    def hear(self, frame):
        """An error in a callback is published to nobody: no cell ever shows it."""
        said = frame.decode(errors="replace") if isinstance(frame, bytes) else frame
        if '"msg_type":"error"' in said.replace(" ", ""):
            self.told.append(said[-300:])

    def run_all(self):
        """Voila has run it at load."""
        if self.place != "voila":
            self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.length = self.cells.count()
        return self

    cells = property(lambda self: self.page.locator(".jp-Cell"))
    explorers = property(lambda self: self.page.locator(".lstm-explorer"))
    predictions = property(lambda self: self.page.locator(".lstm-predict"))

    def complaints(self):
        """Everything that went wrong so far: outputs, callbacks, scripts, the console, pictures that did not load."""
        self.page.wait_for_timeout(200)  # for what is on its way
        return self.told + self.page.locator(FAILED).all_text_contents()

    def close(self):
        if self.place != "voila":
            self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.close()


# --- what a reader does ----------------------------------------------------------------------------------------------

LOOK = """e => {
  const style = getComputedStyle(e);
  return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join(' ; ');
}"""


def press_until(lesson, key, there, most=40):
    """Press a key until one is there, at most so often."""
    for _ in range(most):
        lesson.page.keyboard.press(key)
        if there():
            return
    focus = lesson.page.evaluate("() => document.activeElement.outerHTML")
    raise AssertionError(f"{most} times {key} did not lead there; the focus is at {focus[:300]}")


def reach(lesson, control):
    """Go on with Tab to a control, which must look different for having the focus."""
    before = control.evaluate(LOOK)
    press_until(lesson, "Tab", lambda: has_focus(control))
    assert control.evaluate(LOOK) != before, "one cannot see that it has the focus"


def has_focus(element):
    return element.evaluate("e => e === document.activeElement")


def choose(lesson, name, one, place):
    """Set the control of that name, which stands at that place, to another option, by keys that work everywhere.

    `one` is its twin in Python, which is set alike: what it shows then should be seen.
    """
    keys = ["Enter"]
    match one:
        case Player():
            button = one.buttons["back" if one.value else "on"]
            target = place.get_by_text(button.description)
            button.click()
        case widgets.ToggleButtons():
            one.value = next(option for option in one.options if option != one.value)
            target = place.get_by_text(str(one.value), exact=True)
        case widgets.Checkbox():
            one.value = not one.value
            target, keys = place.get_by_label(name), ["Space"]
        case widgets.Text():
            one.value = "SUN 2"
            target, keys = place.get_by_label(name), ["ControlOrMeta+a", *one.value]
        case widgets.IntSlider():
            one.value = one.max if one.value < one.max else one.min
            # Into the number beside it, the next stop of Tab: Notebook 7 takes the arrows from a slider (seen in 7.6).
            target, keys = place.locator(".noUi-handle"), ["Tab", "ControlOrMeta+a", *str(one.value), "Enter"]
        case widgets.SelectionSlider():
            one.index = 0
            target, keys = place.locator(".noUi-handle"), ["Home"]
    reach(lesson, target)
    for key in keys:
        lesson.page.keyboard.press(key)
