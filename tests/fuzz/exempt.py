"""The public names that have no case, each with the reason."""

from .plots import KINDS

VALUES = "a plain value: it holds what it is given, and whoever reads it looks"
SWEEPS = (
    "of lesson 09 and `make sweeps`, whose arguments our own functions make; it refuses counts, and trusts the rest"
)
SENTENCE = "the inside of refusals and sentences of ours"
EXEMPT = {
    "plots.counted": SENTENCE,
    **{f"names.{name}": VALUES for name in ("Passed", "Progress", "Read", "Unfolded")},
    "names.NameNet.categorise": "the inside of forward and of NameReader.read, on tensors that they made",
    "names.NameReader.forget": "takes nothing",
    **{f"names.{name}": SWEEPS for name in ("NameStream.forward", "train_stream", "bits", "invent")},
    **{f"names.{name}": SWEEPS for name in ("ngrams", "tuned", "kept_back", "majority", "accuracy", "parameters")},
    "checks.Verdict": VALUES,
    "echo.Attempt": VALUES,
    "echo.keep_nothing": "takes anything, and reads none of it",
    **{f"recall.{name}": VALUES for name in ("Laid", "Learnt")},
    "explore.stored_windows": "takes nothing",
    **{f"tables.{name}": VALUES for name in ("Echoed", "Raced", "Recalled", "Scored", "Streamed")},
    **{f"tables.{name}": "takes nothing" for name in ("edge_errors", "flag_table", "lag_errors", "race_table")},
    "keep.machine": "takes nothing",
    "keep.load": "test_keep.py cuts and turns every byte",
    "keep.light": "test_keep.py holds it beside torch's own",
    **{f"tables.{name}": "takes nothing" for name in ("name_scores", "name_streams")},
    **{f"plots.{type(data).__name__}": VALUES for data in KINDS.values()},
    **{
        f"plots.draw_{name}": "the inside of plot_x and of explorers: returns the function that draws" for name in KINDS
    },
    "plots.Picture": "the frame of an explorer, given a function of ours",
    "plots.Picture.png": "the inside of an explorer",
    "plots.Picture.drawn": "the inside of an explorer",
    "explore.Explorer": "the frame of every explorer, given functions of ours",
    "explore.Explorer.shown": "its controls refuse what they do not offer",
}
