"""Which control values get, so that each of them can be reached by mouse and by keyboard, wherever a lesson is read."""

import ipywidgets as widgets

MOST_BUTTONS = 9
# A hair space behind a number: buttons labelled 0, 1, 2, ... once off stay off (ipywidgets 8.1.9 compares labels with
# places to see whether to make them anew).
APART = "\N{HAIR SPACE}"


def control(description, values, value=None):
    """Buttons in one labelled row for up to nine values; for a longer range of whole numbers a slider.

    values  a range, or up to nine names
    value   where it stands at first; left out, at the first of them

    Dropdowns lose their arrow keys to JupyterLab, which walks on to the next cell, and in Notebook 7 sliders do too.
    There the number beside a slider reaches every value: it is a text field, typed into and entered.
    """
    value, style = values[0] if value is None else value, {"description_width": "initial"}
    if len(values) <= MOST_BUTTONS:
        style["button_width"] = "auto"
        options = [one if isinstance(one, str) else (f"{one}{APART}", one) for one in values]
        return widgets.ToggleButtons(options=options, value=value, description=description, style=style)
    least, most, step = values[0], values[-1], values.step
    return widgets.IntSlider(value, least, most, step=step, description=description, style=style)
