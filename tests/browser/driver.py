"""Drive a lesson in a real JupyterLab, Notebook 7 or Voila: one server, one browser, and what a reader would see.

Knows nothing of pytest.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from lstm_demo.claims import CLAIM

# Everything that would make the browser speak to anyone but our own server is off.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
TREE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120_000  # ms: a machine may be slow; what is wrong is told by what is seen, not by when
TOKEN = "only-for-this-test"
CONTROLS = ".noUi-handle, select, input:not([type=hidden]), textarea, button.jupyter-button"


class NoBrowser(RuntimeError):
    """No Chromium was found; the message says what to install."""


def find_chromium(environ=os.environ):
    """Path of the browser: the environment variable CHROMIUM, else the first known name on PATH."""
    named = environ.get("CHROMIUM")
    if named and not shutil.which(named):
        raise NoBrowser(f"CHROMIUM is {named!r}, which is no program; set it to a Chromium or Chrome, or unset it.")
    found = named or next(filter(None, (shutil.which(name, path=environ.get("PATH")) for name in CHROMIUM_NAMES)), None)
    if found is None:
        raise NoBrowser(
            "The browser tests need Chromium and found none on PATH. On Debian or Ubuntu: apt-get install chromium; "
            "elsewhere install Chromium or Chrome and set CHROMIUM to the program's path."
        )
    return found


# --- the server ----------------------------------------------------------------------------------------------------


PAGES = {"lab": "lab/tree", "notebook": "notebooks"}
MODULES = {"lab": "jupyterlab", "notebook": "notebook", "voila": "voila"}
LOOPBACK = {
    "ServerApp.ip": "127.0.0.1",
    "ServerApp.port_retries": 0,
    "LanguageServerManager.autodetect": False,
    "LabApp.news_url": None,
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
}
OPTIONS = {
    "lab": {**LOOPBACK, "LabApp.expose_app_in_browser": True},
    "notebook": {**LOOPBACK, "JupyterNotebookApp.expose_app_in_browser": True},
    "voila": {"Voila.ip": "127.0.0.1", "strip_sources": True, "show_tracebacks": True},
}


class Server:
    """A running JupyterLab (or Notebook, or Voila) over a copy of the notebooks; a driver needs its `url` and `log`."""

    def __init__(self, folder, notebooks, place="lab"):
        self.folder, self.place, self.log = Path(folder), place, Path(folder) / "server.log"
        self.root = self.folder / "root"
        # A copy, so that playing, checkpoints and saving never touch the working tree.
        ignore = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        shutil.copytree(notebooks, self.root / "notebooks", ignore=ignore)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, seconds=90):
        with self.log.open("wb") as log:
            # In a folder without Python files: `python -m` would prefer a file of that name to the program meant.
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, env=self.environment(), stdout=log, stderr=log
            )
        limit = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise RuntimeError(f"{self.place} did not start; its log says:\n{self.logged()[-3000:]}")
            time.sleep(0.2)
        return self

    def command(self):
        given = [f"--{name}={value}" for name, value in OPTIONS[self.place].items()]
        if self.place == "voila":
            given += [f"--port={self.port}", f"--token={TOKEN}", str(self.root / "notebooks")]
        else:
            as_root = hasattr(os, "geteuid") and os.geteuid() == 0
            given += [f"--ServerApp.port={self.port}", f"--ServerApp.root_dir={self.root}"]
            given += [f"--ServerApp.allow_root={as_root}", f"--IdentityProvider.token={TOKEN}"]
        return [sys.executable, "-m", MODULES[self.place], "--no-browser", *given]

    def environment(self):
        """The caller's environment with every folder that Jupyter reads settings from or writes to replaced."""
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
        }
        own = {name: str(self.folder / folder) for name, folder in folders.items()}
        for path in own.values():
            Path(path).mkdir(parents=True, exist_ok=True)
        quiet = self.folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        quiet.parent.mkdir(parents=True, exist_ok=True)
        quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
        # The package of this tree is what is looked at, also where it is not installed.
        own["PYTHONPATH"] = os.pathsep.join(filter(None, [str(TREE), os.environ.get("PYTHONPATH")]))
        return {**os.environ, **own, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}

    def ask(self, path, method="GET"):
        request = urllib.request.Request(f"{self.url}{path}", method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=20) as answer:
            return answer.read()

    def answers(self):
        try:
            return bool(self.ask("/" if self.place == "voila" else "/api/status"))
        except OSError:
            return False

    def stop_kernels(self):
        for session in json.loads(self.ask("/api/sessions")):
            self.ask(f"/api/sessions/{session['id']}", method="DELETE")

    def logged(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running_server(folder, notebooks, place):
    server = Server(folder, notebooks, place)
    try:
        yield server.start()
    finally:
        server.stop()


def running_lab(folder, notebooks):
    return running_server(folder, notebooks, "lab")


@contextmanager
def running_browser():
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()


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
}"""
OUTPUTS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"
# `lm-Widget` messages are queued: two frames and one round trip to the kernel let a change arrive and be drawn.
ROUND_TRIP = """async () => {
  await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo();
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
CHANGE_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
UNSEEN = """() => [...document.querySelectorAll('.jp-Cell img')]
  .filter(img => img.complete && !img.naturalWidth).map(img => 'picture not loaded: ' + (img.alt || img.src))"""


class Lesson:
    """One notebook open in JupyterLab or Notebook 7; collects what console, page and kernel complain of."""

    def __init__(self, browser, lab, name, sidebar=False):
        self.listen(browser, lab, name)
        path = f"notebooks/{name}.ipynb"
        self.page.goto(f"{lab.url}/{PAGES[lab.place]}/{path}?reset&token={TOKEN}")
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate(OPENED, path)
        self.look()
        if not sidebar:
            self.page.evaluate("() => window.jupyterapp.shell.collapseLeft?.()")

    def listen(self, browser, lab, name):
        """A new page whose console, scripts and server log are kept from here on."""
        self.lab, self.name, self.console, self.page_errors = lab, name, [], []
        self.logged_before = len(lab.logged())
        self.page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda said: said.type == "error" and self.console.append(said.text))
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))

    def look(self, size=(1280, 800), theme="light"):
        """Show the page in this size and theme, without running anything again."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.evaluate(CHANGE_THEME, THEMES[theme])
        self.page.wait_for_timeout(300)

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
        red = self.page.locator(".jp-OutputArea-output", has_text="Traceback (most recent call last)").all_inner_texts()
        claims = [output["data"]["text/plain"] for output in cells if CLAIM in output.get("metadata", {})]
        return shown + claims + red + self.page.evaluate("() => window.kernelErrors") + self.failed_callbacks()

    def failed_callbacks(self):
        """What the kernel wrote to the server's log: there, and nowhere else, a callback that raised leaves a trace."""
        new = self.lab.logged()[self.logged_before :]
        return [new[max(0, new.find("Traceback") - 300) :]] if "Traceback" in new else []

    def complaints(self):
        """Everything that went wrong so far: outputs, callbacks, scripts, the console, pictures that did not load."""
        return self.errors_shown() + self.page_errors + self.console + self.page.evaluate(UNSEEN)

    def keys(self):
        """Which keys move which kind of control in this place."""
        return NOTEBOOK_KEYS if self.lab.place == "notebook" else KEYS

    def explorers(self):
        return self.page.locator(".lstm-explorer").all()

    def predictions(self):
        return self.page.locator(".lstm-predict").all()

    def screenshot(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    def close(self):
        self.page.close()
        self.lab.stop_kernels()


# Nothing but the page itself can be asked here: it is at rest when nothing has changed in it for a while.
AT_REST = """async () => {
  const main = document.body;
  await new Promise(done => {
    let clock = setTimeout(finish, 400);
    const seen = new MutationObserver(() => { clearTimeout(clock); clock = setTimeout(finish, 400); });
    function finish() { seen.disconnect(); done(); }
    seen.observe(main, {subtree: true, childList: true, attributes: true, characterData: true});
    setTimeout(finish, 5000);
  });
}"""


class Page(Lesson):
    """One notebook run and shown by Voila, where no application can be asked: only the page and the log."""

    def __init__(self, browser, server, name):
        self.listen(browser, server, name)
        self.page.goto(f"{server.url}/voila/render/{name}.ipynb?token={TOKEN}")

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
        red = self.page.locator(".jp-OutputArea-output", has_text="Traceback (most recent call last)").all_inner_texts()
        return red + self.page.locator(".lstm-claim").all_inner_texts() + self.failed_callbacks()

    def close(self):
        self.page.close()


def open_in(place, browser, server, name):
    """The lesson of that stem, open in "lab", "notebook" or "voila"."""
    return (Page if place == "voila" else Lesson)(browser, server, name)


# --- what a reader sees, and what a reader does --------------------------------------------------------------------


def picture(box):
    """A fingerprint of the picture: the text of its SVG."""
    return box.locator(".lstm-picture svg").first.evaluate("e => e.outerHTML")


def sentence(box):
    """What stands below the picture, also where the page has not painted it yet."""
    return " ".join(box.locator(".lstm-sentence").first.text_content().split())


def controls(box):
    """The controls that can be used at this moment, in the order of the page."""
    found = box.locator(CONTROLS).all()
    return [control for control in found if control.is_visible() and not locked(control)]


def locked(control):
    """Whether a control refuses a change; a slider says so on its track, not on its handle."""
    return control.evaluate("e => !!e.disabled || !!e.closest('[disabled], [aria-disabled=true], fieldset:disabled')")


def kind_of(control):
    """slider, menu, toggle, tick, radio, button or text: decides which keys move it."""
    return control.evaluate(
        """e => e.matches('.noUi-handle') ? 'slider' : e.matches('select') ? 'menu'
        : e.matches('.widget-toggle-buttons *') ? 'toggle' : e.matches('button') ? 'button'
        : e.type === 'checkbox' ? 'tick' : e.type === 'radio' ? 'radio' : 'text'"""
    )


def value_of(control):
    """What the control stands at, so that a key that did nothing (already at the end) can be told."""
    return control.evaluate(
        """e => {
        const group = e.closest('.widget-toggle-buttons, .widget-radio-box') || e;
        const chosen = [...group.querySelectorAll('button, input')].map(b => b.checked || b.matches('.mod-active'));
        return [e.getAttribute('aria-valuetext'), e.value, e.checked, e.matches('.mod-active'), chosen].join('|')
      }"""
    )


# In JupyterLab's command mode a bare arrow key on a menu, radio button or tick box never reaches it: the notebook
# takes it and walks on to another cell. So a menu is opened first, and Tab walks along toggles and radio buttons,
# each of which is a stop of its own.
KEYS = {
    "slider": [["ArrowRight"], ["ArrowLeft"]],
    "menu": [["Enter", "ArrowDown", "Enter"], ["Enter", "ArrowUp", "Enter"]],
    "tick": [["Space"]],
    "radio": [["Space"], ["Tab", "Space"]],
    "toggle": [["Enter"], ["Tab", "Enter"]],
    "button": [["Enter"]],
    "text": [["End", "1", "Tab"]],
}

# In Notebook 7 the notebook takes the arrows from a slider as well (seen in 7.6); these keys still reach it.
NOTEBOOK_KEYS = {**KEYS, "slider": [["PageUp"], ["PageDown"]]}


def move(control, known=KEYS):
    """Move one control by the keyboard alone, one step; returns its kind. Raises if no key moves it."""
    kind, before = kind_of(control), value_of(control)
    for keys in known[kind]:
        control.scroll_into_view_if_needed()
        control.focus()
        press(control.page, keys)
        if kind == "button" or value_of(control) != before:
            return kind
    raise AssertionError(f"no key moved the {kind}: {control.evaluate('e => e.outerHTML')[:300]}")


def press(page, keys):
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(40)


def move_until_drawn(lesson, box, control, tries=8):
    """Move a control, then wait until the picture has changed; (picture, sentence) before and after."""
    box.locator(".lstm-sentence").first.scroll_into_view_if_needed()  # JupyterLab renders no text that is out of view
    lesson.settle()
    before = picture(box), sentence(box)
    move(control, lesson.keys())
    for _ in range(tries):
        lesson.settle()
        after = picture(box), sentence(box)
        if after[0] != before[0]:
            break
    return before, after


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

FOCUS = """(controls) => {
  const e = document.activeElement, cell = e.closest('.jp-Cell'), style = getComputedStyle(e);
  const box = e.closest('.lstm-explorer, .lstm-predict');
  return {
    cell: [...document.querySelectorAll('.jp-Notebook .jp-Cell')].indexOf(cell),
    whole: e === cell,
    place: box && e.matches(controls) ? [...box.querySelectorAll(controls)].indexOf(e) : -1,
    button: e.matches('button'),
    value: e.getAttribute('aria-valuetext'),
    look: [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join(' ; '),
  };
}"""


def focus(lesson):
    """Where the focus is: number of the cell, whether the whole cell has it, which control of its box (-1: none)."""
    return lesson.page.evaluate(FOCUS, CONTROLS)


def press_until(lesson, key, wanted, most=15):
    """Press a key until the focus is where it is wanted, at most so often; returns where it then is."""
    for _ in range(most):
        lesson.page.keyboard.press(key)
        if wanted(now := focus(lesson)):
            return now
    raise AssertionError(f"{most} times {key} did not lead there; the focus is at {focus(lesson)}")


def name_of(control):
    """The accessible name of a control, as the browser computes it; '' if it has none."""
    found = re.search(r'"(.+)"', control.aria_snapshot().splitlines()[0])
    return found.group(1) if found else ""


# --- pages ---------------------------------------------------------------------------------------------------------

SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
# JupyterLab leaves an empty screen under the last cell: the end is where the last cell ends.
SEEN_TO_THE_END = """e => {
  const last = [...e.querySelectorAll('.jp-Cell')].pop().getBoundingClientRect().bottom;
  return last <= e.getBoundingClientRect().bottom + 1;
}"""


def pages(lesson):
    """Scroll through the whole notebook, a screenful at a time; yields the number of each page, from 1."""
    scroller = lesson.page.locator(SCROLLER).first
    scroller.evaluate("e => e.scrollTo(0, 0)")
    for number in range(1, 100):
        lesson.page.wait_for_timeout(400)
        yield number
        if scroller.evaluate(SEEN_TO_THE_END):
            return
        scroller.evaluate("e => e.scrollBy(0, 0.9 * e.clientHeight)")
