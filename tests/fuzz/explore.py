"""What the fuzz knows of `explore`."""

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import explore

from .case import Case, few, layouts, near, takes
from .names import NET, alone, texts


def judge_windows(given, windows):
    layout, width = given["layout"], int(given["width"])
    assert np.concatenate([w.series for w in windows], axis=1).tolist() == layout.series.tolist()
    assert np.concatenate([w.step for w in windows], axis=1).tolist() == layout.step.tolist()
    assert all(w.series.shape[1] == width for w in windows[:-1])


def judge_ledger(given, book):
    windows = [*given["windows"]]
    for lane, line in enumerate(book):
        for k, (window, entry) in enumerate(zip(windows, line, strict=True)):
            assert list(entry.resets) == [t for t, n in enumerate(window.step[lane]) if n == 0]
            assert list(entry.held) == [t for t, n in enumerate(window.series[lane]) if n < 0]
            fresh = k == 0 or not given["carry"]
            assert entry.start == ("fresh" if fresh else "reset" if window.step[lane, 0] == 0 else "carried")
            link = "none" if entry.start != "carried" else "detached" if given["detach"] else "attached"
            assert entry.link == link


def judge_shown(_given, explorer):
    assert bytes(explorer.children[1].value).startswith(b"\x89PNG")
    assert "Error" not in explorer.children[2].value


def judge_predict(given, box):
    assert [button.description for button in box.children[1].children][-1] in ("b", "✗ b")


def judge_drawn(given, params):
    units, features = int(given["units"]), int(given["features"])
    assert [a.shape for a in params] == [(4 * units, features), (4 * units, units), (4 * units,)]
    other = explore.start_params(**{**given, "seed": int(given["seed"]) + 1})
    assert not np.array_equal(params.weight_ih, other.weight_ih)


def judge_booked(given, book):
    judge_windows(given, book.windows)
    judge_ledger({"windows": book.windows, **given}, book.entries)


def judge_priced(given, price):
    """Both hold every step; what is padded has as many lanes as series, what is shared as many as were asked for."""
    assert price.padded.mask.sum() == price.shared.mask.sum() == price.padded.lengths.sum()
    assert len(price.padded.mask) == price.padded.count == price.shared.count
    assert len(price.shared.mask) == int(given["lanes"])


def judge_typed(given, data):
    known = [letter for letter in given["text"].upper() if letter in ld.ALPHABET]
    assert data.letters == "".join(known)
    for k, likely in enumerate(data.posterior):
        near(likely, alone(NET, torch.tensor([ld.ALPHABET.index(one) for one in known[: k + 1]]))[0].softmax(0), 1e-4)


CASES = {
    "explore.book_of": Case(
        takes(layout=layouts, width=few, carry=st.booleans(), detach=st.booleans()),
        explore.book_of,
        judge_booked,
        share=2,
    ),
    "explore.start_params": Case(
        takes(start=st.sampled_from(explore.STARTS), features=few, units=few, seed=few),
        explore.start_params,
        judge_drawn,
        share=2,
    ),
    "explore.price_of": Case(
        takes(spread=st.sampled_from([*explore.SPREADS]), lanes=few), explore.price_of, judge_priced
    ),
    "explore.stored_race": Case(
        takes(lengths=st.sampled_from([*explore.RACED]), mode=st.sampled_from([*explore.MODES])),
        explore.stored_race,
        share=0.5,
    ),
    "explore.typed": Case(takes(net=st.just(NET), text=texts), explore.typed, judge_typed),
    "explore.predict": Case(
        takes(question=texts, options=st.just(["a", "b"]), answer=st.just("a"), why=texts),
        explore.predict,
        judge_predict,
    ),
    "explore.explore_ledger": Case(
        takes(lengths=st.just([3, 2]), lanes=st.just(1), narrowest=st.just(2)),
        explore.explore_ledger,
        judge_shown,
        share=0.5,
    ),
    "explore.explore_price": Case(takes(), explore.explore_price, judge_shown, share=0.1),
    "explore.explore_race": Case(takes(), explore.explore_race, judge_shown, share=0.1),
    "explore.explore_typing": Case(takes(net=st.just(NET), text=texts), explore.explore_typing, judge_shown, share=0.3),
}
