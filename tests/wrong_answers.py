"""Common wrong answers to the exercises, each with words that the verdict on it must contain.

{stem of the notebook: {number of the exercise on the page, from 0: [(code in place of the stub, words), ...]}}
Words is one string or several; upper and lower case are alike. Every exercise has two wrong answers at least.
"""

MASK = "mask = [[True, True, True], [False, False, True], [False, True, True]]\n"
RESETS = "resets = [[True, False, False], [False, False, True], [False, True, False]]\n"

# A step with places to go wrong in: the blocks, the past h, c, the candidate, what is shown.
STEP = """\
def my_step(params, x, h, c):
    z = x @ params.weight_ih.T + h @ params.weight_hh.T + params.bias
    i, f, g, o = np.split(z, 4, axis=1)
    i, f, g, o = (1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o)))
    c = f * c + i * g
    return o * np.tanh(c), c
"""
LAST = "def last_step(h, lengths):\n    return "

SHARE = "def empty_share(lengths):\n    return "
DECIDED = "def decided(posterior):\n    kinds = posterior.argmax(axis=1)\n    return "
HALF = "def half_life(distance):\n    half = distance[0] / 2\n    return "

WRONG_ANSWERS = {
    "00_start_here": {
        0: [
            ("mask = [[False] * 3, [True, True, False], [True, False, False]]\n" + RESETS, "turned round"),
            ("mask = [[True, True, True], [True, False, False], [True, True, False]]\n" + RESETS, "on the right"),
            ("mask = [[False] * 3, [False, True, True], [False, False, True]]\n" + RESETS, ("round", "on the right")),
            ("mask = [True, True, True]\n" + RESETS, ("mask", "shape", "(3, 3)")),
            (MASK + "resets = None", "set resets"),
            (MASK + "resets = [[True, False, False]] * 3", "first column"),
            (MASK + "resets = [[False, False, True]] * 3", "last step"),
            (MASK + "resets = [[not step for step in lane] for lane in mask]", "every padded step"),
            (MASK + "resets = mask", "every real step"),
            (MASK + "resets = np.zeros((3, 3), bool)", "marks nothing"),
        ]
    },
    "02_inside_the_cell": {
        0: [
            (STEP.replace("return o * np.tanh(c), c", "return c, o * np.tanh(c)"), "swapped"),
            (STEP.replace("i, f, g, o = np.split", "i, f, o, g = np.split"), "order i, f, o, g"),
            (STEP.replace("i, f, g, o = np.split", "f, i, g, o = np.split"), "i and f are swapped"),
            (STEP.replace("np.tanh(g)", "1 / (1 + np.exp(-g))"), "sigmoid"),
            (STEP.replace("o * np.tanh(c)", "o * c"), "tanh around c"),
            (STEP.replace(" + params.bias", ""), "bias"),
            (STEP.replace(" + h @ params.weight_hh.T", ""), "h was not read"),
            (STEP.replace("c = f * c + i * g", "c = i * g"), "c was not kept"),
            (STEP.replace("c = f * c + i * g", "c = f * h + i * g"), "old h"),
            (
                STEP.replace("c = f * c + i * g\n    return o * np.tanh(c), c", "return o * np.tanh(c), f * c + i * g"),
                "old c",
            ),
            (STEP.replace("return o * np.tanh(c), c", "return o * np.tanh(c)"), "two arrays"),
        ]
    },
    "03_padding": {
        0: [
            (LAST + "h[:, -1]", "last column"),
            (LAST + "h[np.arange(len(h)), lengths]", "too far"),
            (LAST + "h[np.arange(len(h)), lengths - 2]", "too early"),
            (LAST + "h[:, 0]", "first step"),
            (LAST + "h[:, lengths.max() - 1]", "longest"),
            (LAST + "h[np.arange(len(h)), -lengths]", "right-hand end"),
            (LAST + "h.mean(axis=1)", ("mean", "padding")),
            (LAST + "h[:, lengths - 1]", ("shape", "(3, 4)")),
        ]
    },
    "07_hidden_trajectories": {
        0: [
            (HALF + "np.flatnonzero(distance < half)[0] + 1", "start as step 1"),
            (HALF + "np.flatnonzero(distance < half)[0] - 1", "last step before"),
            (HALF + "np.flatnonzero(distance < distance.max() / 2)[0]", "largest distance"),
            (HALF + "np.flatnonzero(distance >= half)[-1] + 1", "stays below half"),
            (HALF + "np.flatnonzero(distance >= half)[-1]", "not below half"),
            (HALF + "np.count_nonzero(distance >= half)", "counted all steps"),
            (HALF + "np.flatnonzero(distance < distance[0] / np.e)[0]", "1/e"),
            (HALF + "np.flatnonzero(np.log(distance) < np.log(distance[0]) / 2)[0]", "logarithm"),
            (HALF + "int(np.argmax(distance < half))", "the answer is None"),
            (HALF + "int(np.argmax(distance <= half)) if (distance <= half).any() else None", "exactly half"),
        ]
    },
    "08_the_price": {
        0: [
            (SHARE + "lengths.mean() / lengths.max()", "the part that is filled"),
            (SHARE + "len(lengths) * lengths.max() - lengths.sum()", "number of empty places"),
            (SHARE + "(len(lengths) * lengths.max() - lengths.sum()) / lengths.sum()", "by the real steps"),
            (SHARE + "100 * (1 - lengths.mean() / lengths.max())", "per cent"),
            (SHARE + "1 - lengths.mean() / lengths.min()", "shortest"),
            (SHARE + "lengths / lengths.max()", "shape (4,)"),
        ]
    },
    "09_real_names": {
        0: [
            (DECIDED + "np.flatnonzero(np.diff(kinds)).max() + 1", "counted from 0"),
            (DECIDED + "np.argmax(kinds == kinds[-1]) + 1", "another one led again"),
            (DECIDED + "len(kinds)", "the length of the name"),
            (DECIDED + "np.count_nonzero(np.diff(kinds))", "how often"),
            (DECIDED + "np.flatnonzero(np.diff(kinds)).max() + 2", "ValueError"),
        ]
    },
}
