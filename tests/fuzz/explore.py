"""What the fuzz knows of `explore`."""

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import explore

from .case import Case, few, near, takes
from .names import NET, alone, texts


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
    "explore.explore_price": Case(takes(), explore.explore_price, judge_shown, share=0.1),
    "explore.explore_race": Case(takes(), explore.explore_race, judge_shown, share=0.1),
    "explore.explore_typing": Case(takes(net=st.just(NET), text=texts), explore.explore_typing, judge_shown, share=0.3),
}
