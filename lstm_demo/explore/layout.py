"""The free board: any layout of a ragged set, any flags told, and what the counting cell makes of it."""

from functools import partial

import ipywidgets as widgets

from ..layout import back_to_back, pad_left
from ..plots import counted, describe_board, draw_board
from ..refusal import choice, flag
from .board import SIDES, board_laid, last_steps
from .controls import control
from .frame import Explorer

LAYOUTS = (*SIDES, "back to back")


def board_free(lengths, layout, lanes, gap, mask, resets, marks=None):
    """The Board of a layout, which of its flags the run is told, each series read at its last step.

    layout  one of LAYOUTS; lanes and gap count for back to back only
    """
    choice("layout", layout, LAYOUTS)
    for name, told in (("mask", mask), ("resets", resets)):
        flag(name, told, "say whether the run is told")
    place, said = SIDES.get(layout), f"Padded on the {layout}"
    if layout == "back to back":
        place, said = partial(back_to_back, lanes=lanes, gap=gap), f"Back to back, {counted(lanes, 'lane')}, gap {gap}"
    told = [name for name, flag in (("mask", mask), ("resets", resets)) if flag]
    laid = place(lengths)
    title = f"{said}; told {' and '.join(told) or 'nothing'}"
    return board_laid(title, laid, last_steps(laid), mask=mask, resets=resets, marks=marks)


def explore_layout(lengths=(2, 3, 4, 2), marks=None):
    """Lay series of these lengths as you like, tell the run its mask or its resets, and see what it counts."""
    pad_left(lengths)  # refuses what are no lengths
    controls = {
        "layout": control("layout", LAYOUTS),
        "lanes": control("lanes", range(1, len(lengths) + 1)),
        "gap": control("gap", range(3)),
        "mask": widgets.Checkbox(False, description="tell the mask", indent=False),
        "resets": widgets.Checkbox(False, description="tell the resets", indent=False),
    }
    largest = [board_free(lengths, layout, 1, 2, True, True, marks) for layout in LAYOUTS]

    def compute(**values):
        return board_free(lengths, marks=marks, **values)

    def idle(values):
        return {"lanes", "gap"} if values["layout"] in SIDES else ()

    height = 1.4 + 0.55 * len(lengths)
    return Explorer(controls, compute, lambda ax: draw_board(ax, largest), describe_board, (9.0, height), idle)
