"""How explorers, pictures and predictions look on a page: sizes, borders, and the colours of a dark theme."""

from ..marks import DARK

DARKER = "".join(f"--lstm-{light[1:].lower()}: {dark}; " for light, dark in DARK.items())
STYLE = f"""<style>
[data-jp-theme-light="false"] :is(.lstm-explorer, .lstm-picture) {{ {DARKER} }}
.jp-RenderedMarkdown img[src*="pictures/"] {{ display: none; }} /* at the head of a lesson: for where nothing runs */
.lstm-picture svg {{ display: block; width: 100%; max-width: 54rem; height: auto; }}
.lstm-explorer, .lstm-predict {{ --jp-widgets-font-size: 16px; --jp-widgets-inline-height: 32px; }}
.lstm-explorer .widget-toggle-buttons, .lstm-explorer .widget-inline-hbox {{ width: auto; max-width: 100%; }}
.lstm-explorer .widget-toggle-buttons {{ display: flex; flex-flow: row nowrap; align-items: baseline; }}
.lstm-explorer .widget-label {{ width: auto; min-width: 4.2em; padding-right: 0.6em; text-align: left; }}
.lstm-explorer .jupyter-button, .lstm-predict .jupyter-button {{ width: auto; min-width: 2.6em; height: auto;
  padding: 3px 12px; line-height: 1.4; white-space: normal; border-radius: 4px; box-shadow: none;
  border: 1px solid color-mix(in srgb, currentColor 60%, transparent); }}
.lstm-explorer .jupyter-button.mod-active {{ box-shadow: inset 0 0 0 2px currentColor; font-weight: bold; }}
.lstm-explorer .jupyter-button:focus-visible, .lstm-predict .jupyter-button:focus-visible {{
  outline: 3px solid var(--jp-brand-color1, #1976D2); outline-offset: 2px; }}
.lstm-said {{ font-size: 16px; line-height: 1.4; max-width: 54rem; min-height: 2.8em; }}
.lstm-predict {{ max-width: 54rem; box-sizing: border-box; padding: 10px 16px; border-radius: 6px;
  border: 1px solid var(--jp-border-color1, #BDBDBD); }}
.lstm-predict > .widget-vbox .jupyter-button {{ text-align: left; }}
.lstm-predict .jupyter-button:is(.lstm-chosen, .lstm-right) {{ opacity: 1; font-weight: bold;
  border: 3px dashed currentColor; }}
.lstm-predict .jupyter-button.lstm-chosen {{ border-style: solid; }}
</style>"""
