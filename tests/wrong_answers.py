"""Common wrong answers to the exercises, each with words that the verdict on it must contain.

{stem of the notebook: {number of the exercise on the page, from 0: [(code in place of the stub, words), ...]}}
Words is one string or several; upper and lower case are alike. Every exercise has three wrong answers at least.
"""

RESETS = "def where_to_reset(lengths):\n    pieces = "
JOINED = "\n    return [flag for piece in pieces for flag in piece]"

# A step with places to go wrong in: the blocks, the past h, c, the candidate, what is shown.
STEP = """\
def my_step(params, x, h, c):
    z = x @ params.weight_ih.T + h @ params.weight_hh.T + params.bias
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, g, o = (1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o)))
    c = f * c + i * g
    return o * np.tanh(c), c
"""
CELL = "def my_cell():\n    return "
LAST = "def last_real_step(h, mask):\n    return "
REAL = "def last_real_step(h, mask):\n    n = mask.sum(axis=1)\n    return "

WINDOWS = "def to_windows(table, width):\n    return "
PIECES = "def piece_length(lag, share):\n    return "
SLIDING = "np.lib.stride_tricks.sliding_window_view"

PLACES = "def sorted_places(lengths, size):\n    n = np.sort(lengths)\n    cuts = range(0, len(n), size)\n    return "
BLAMES = "def blames(t, s, window):\n    return "
WHOLE = "def whole_set(losses, masks):\n    return "
MEANS = "def mean_of_series(loss, mask):\n    return "
MOST = "def max_over_steps(h, mask):\n    return "
DECIDED = "def decided(posterior):\n    kinds = posterior.argmax(axis=1)\n    return "
HALF = "def half_life(distance):\n    half = distance[0] / 2\n    return "

LAY = "def lay(x, lanes, width):\n    return "
GRID = "def lay(x, lanes, width):\n    grid = x.reshape(lanes, -1)\n    steps = grid.shape[1]\n    return "
ROWS_OF = "def lay(x, lanes, width):\n    rows = x.reshape(-1, width)\n    return "
FLAGS = "def reset_flags(done, width):\n    resets = np.zeros((len(done), width), bool)\n    "
SKILL = "def skill(truth, said, ahead):\n    mine = np.square(truth - said)[ahead:].mean()\n    return "

NUMBERS = "def series_numbers(ids, times, limit):\n    return "
OTHER, LONG = "(np.diff(ids, prepend=ids[0]) != 0)", "(np.diff(times, prepend=times[0]) > limit)"

WRONG_ANSWERS = {
    "00_start_here": {
        0: [
            (RESETS + "[[False] * (n - 1) + [True] for n in lengths]" + JOINED, "last steps"),
            (RESETS + "[[k > 0] + [False] * (n - 1) for k, n in enumerate(lengths)]" + JOINED, "first series is left"),
            (RESETS + "[[True] * n for n in lengths]" + JOINED, "before every step"),
            (RESETS + "[[False] + [True] * (n - 1) for n in lengths]" + JOINED, "turned round"),
            (
                RESETS + "[[True, False, True, False, False, True, False, False, False, True, False]]" + JOINED,
                "another",
            ),
        ]
    },
    "01_memory_or_not": {
        0: [
            (WINDOWS + "table.reshape(len(table), width, -1)", "steps out of features"),
            (WINDOWS + "table.reshape(-1, width, table.shape[1])", "do not overlap"),
            (WINDOWS + f"{SLIDING}(table, width, axis=0)", "swapped"),
            (WINDOWS + "np.stack([table[k : k + width] for k in range(len(table) - width)])", ("missing", "the last")),
            (WINDOWS + f"{SLIDING}(table, 3, axis=0).transpose(0, 2, 1)", "another one"),
        ],
        1: [
            (PIECES + "lag / share", "whole steps"),
            (PIECES + "int(lag / share)", "Rounded down"),
            (PIECES + "lag + 1", "all answers but one"),
            (PIECES + "int(lag * share)", "out of reach in a piece of 10"),
            (PIECES + "27", "another one"),
        ],
    },
    "02_inside_the_cell": {
        0: [
            (STEP.replace("return o * np.tanh(c), c", "return c, o * np.tanh(c)"), "swapped"),
            (STEP.replace("i, f, g, o = np.split", "i, f, o, g = np.split"), "order i, f, o, g"),
            (STEP.replace("i, f, g, o = np.split", "f, i, g, o = np.split"), "i and f are swapped"),
            (STEP.replace("np.tanh(g)", "1 / (1 + np.exp(-g))"), "sigmoid"),
            (STEP.replace("o * np.tanh(c)", "o * c"), "tanh around c"),
            (STEP.replace("c = f * c + i * g", "c = f * h + i * g"), "old h"),
            (
                STEP.replace("c = f * c + i * g\n    return o * np.tanh(c), c", "return o * np.tanh(c), f * c + i * g"),
                "old c",
            ),
        ],
        1: [
            (CELL + "[0, 0, 0, 0], [50, 50, 50, 0]", "counts every step, and nothing"),
            (CELL + "[100, 0, 0, 0], [-50, 50, 50, 0]", "forget gate never shuts"),
            (CELL + "[0, 100, 0, 0], [50, 50, 50, 0]", "let x open the input gate"),
            (CELL + "[0, 100, 50, 0], [50, 50, 0, 0]", "-1 itself is written"),
            (CELL + "[1, 1, 0, 0], [-0.5, 0.5, 50, 0]", "Sums of 50"),
        ],
    },
    "03_padding": {
        0: [
            (LAST + "h[:, -1]", "last column"),
            (REAL + "h[np.arange(len(h)), n - 1]", "index n - 1"),
            (LAST + "h[np.arange(len(h)), mask[:, ::-1].argmax(axis=1)]", "from the end"),
            (LAST + "mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)", "the columns"),
            (LAST + "np.stack([one[max(t for t in range(5) if real[t])] for one, real in zip(h, mask)])", "another"),
        ]
    },
    "04_masks_and_flags": {
        0: [
            (MEANS + "loss[mask].mean()", "a long series more"),
            (MEANS + "np.where(mask, loss, 0).mean()", "divided by T"),
            (MEANS + "np.where(mask, loss, 0).sum(axis=1) / mask.sum(axis=1)", "Now their mean"),
            (MEANS + "np.nanmean(loss, axis=1).mean()", "ask the mask"),
            (MEANS + "((loss * mask).sum(axis=1) / mask.sum(axis=1)).mean()", "0 times NaN"),
            (MEANS + "np.where(mask[:3, :5], loss, 0).sum(axis=1).mean() / 1", "series by series"),
        ]
    },
    "05_carry_and_reset": {
        0: [
            (LAY + "list(x.reshape(-1, lanes, width))", ("row 0 ended", "Lanes first")),
            (LAY + "np.split(x.reshape(-1, lanes).T, len(x) // lanes // width, axis=1)", "every third step"),
            (GRID + "[grid[:, s : s + width] for s in range(steps - width + 1)]", "overlap"),
            (GRID + "[grid[:, s : s + width] for s in range(0, steps - width, width)]", "last gradient window"),
            (GRID + "[grid[:, s : s + 2] for s in range(0, steps, 2)]", "another one"),
        ],
        1: [
            (FLAGS + "resets[:, 0] = True\n    return resets", "all lanes"),
            (FLAGS + "resets[:, 0] = ~done\n    return resets", "lanes that go on"),
            (FLAGS + "resets[:, -1] = done\n    return resets", "last step"),
            (FLAGS + "resets[:, 1] = done\n    return resets", "one step late"),
            (FLAGS + "resets[done] = True\n    return resets", "which step is the first"),
        ],
    },
    "06_how_far_back": {
        0: [
            (BLAMES + "s <= t", "can be used"),
            (BLAMES + "t // window == s // window", "before they are read"),
            (BLAMES + "(s <= t) & (t - s < window)", "moves along"),
            (BLAMES + "(s <= t) & (t - s <= window)", "no border"),
            (BLAMES + "(s <= t) & (t // 3 == s // 3)", "another one"),
        ]
    },
    "07_hidden_trajectories": {
        0: [
            (HALF + "np.flatnonzero(distance < half)[0] + 1", "start as step 1"),
            (HALF + "np.flatnonzero(distance >= half)[-1] + 1", "stays below half"),
            (HALF + "int(np.argmax(distance < half))", "another one"),
            (HALF + "next((k for k, d in enumerate(distance) if d < 0.5), None)", "fixed 0.5"),
            (HALF + "int(np.argmax(distance <= half)) if (distance <= half).any() else None", "Exactly half"),
        ]
    },
    "08_the_price": {
        0: [
            (PLACES + "sum(len(lengths[k : k + size]) * max(lengths[k : k + size]) for k in cuts)", "did not sort"),
            (PLACES + "len(n) * n.max()", "longest of all"),
            (PLACES + "n.sum()", "real steps"),
            (PLACES + "sum(size * max(n[k : k + size]) for k in cuts)", "last batch as full"),
            (PLACES + "sum(len(n[k : k + size]) * max(n[k : k + size]) for k in cuts) - n.sum()", "empty places alone"),
        ]
    },
    "09_real_names": {
        0: [
            (DECIDED + "np.flatnonzero(np.diff(kinds)).max() + 1", "counted from 0"),
            (DECIDED + "np.argmax(kinds == kinds[-1]) + 1", "another one led again"),
            (DECIDED + "len(kinds)", "the length of the name"),
            (DECIDED + "np.count_nonzero(np.diff(kinds))", "how often"),
        ]
    },
    "10_in_keras": {
        0: [
            (WHOLE + "sum(losses) / len(losses)", "plain mean"),
            (WHOLE + "np.average(losses, weights=[mask.shape[0] for mask in masks])", ("number of rows", "evaluate")),
            (WHOLE + "np.average(losses, weights=[mask.size for mask in masks])", "padding included"),
            (WHOLE + "sum(loss * mask.sum() for loss, mask in zip(losses, masks))", "did not divide again"),
            (WHOLE + "sum(loss * mask.sum() for loss, mask in zip(losses, masks)) / 15", "another one"),
        ]
    },
    "12_is_it_any_good": {
        0: [
            (SKILL + "1 - mine / np.square(np.diff(truth)[ahead - 1 :]).mean()", "as far ahead as you do"),
            (SKILL + "1 - mine / truth[ahead:].var()", "R²"),
            (SKILL + "mine / np.square(truth[ahead:] - truth[:-ahead]).mean()", "from 1"),
            (SKILL + "1 - np.square(truth[ahead:] - truth[:-ahead]).mean() / mine", "upside down"),
            (SKILL + "mine", "1 minus their ratio"),
        ]
    },
    "13_in_torch": {
        0: [
            (MOST + "h.max(axis=1)", "took part"),
            (MOST + "(h * mask[..., None]).max(axis=1)", "Times the mask"),
            (MOST + "np.where(mask[..., None], h, 0).sum(axis=1) / mask.sum(axis=1)[:, None]", "mean over the real"),
            (MOST + "np.where(mask[..., None], -np.inf, h).max(axis=1)", "turned round"),
        ]
    },
    "11_your_own_data": {
        0: [
            (NUMBERS + f"{LONG}.cumsum()", "new id does not"),
            (NUMBERS + f"{OTHER}.cumsum()", "a gap does not"),
            (NUMBERS + f"{OTHER} | {LONG}", "count these marks"),
            (NUMBERS + f"({OTHER} | {LONG.replace('>', '>=')}).cumsum()", "exactly the limit"),
            (NUMBERS + f"({OTHER} | {LONG.replace('limit', '5')}).cumsum()", "another one"),
        ]
    },
}
