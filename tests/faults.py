"""Plant faults, one at a time, in a copy of the package, and see whether the laws notice: `python tests/faults.py`.

Each fault is (file, old text, new text); the old text must occur exactly once. Arguments pick faults by number or by a
part of the file's name: `python tests/faults.py 3 ledger`. Ends with 1 if fewer than 95 % of the faults are caught.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import hypothesis  # noqa: F401  (imported here once, and not again for each fault)
import pytest
import torch  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
# Tests, and the files that they are asked about first.
LAWS = {
    "test_padding.py": ("lessons/padding",),
    "test_is_it_any_good.py": ("lessons/is_it_any_good",),
    "test_hidden_trajectories.py": ("lessons/hidden_trajectories",),
    "test_names.py": tuple(f"names/{name}" for name in ("net", "reader", "split", "stream", "train")),
    "test_opponents.py": ("names/opponent",),
    "test_keep.py": ("keep",),
    "test_carry_and_reset.py": ("lessons/carry_and_reset",),
    "test_recall.py": ("recall",),
    "test_memory_or_not.py": ("lessons/memory_or_not",),
    "test_table.py": ("table",),
    "test_held.py": ("explore/held", "plots/held", "plots/trained"),
    "test_masked_mean.py": ("checks/masked",),
    "test_echo.py": ("echo/",),
    "test_explore_lags.py": ("explore/reach", "explore/lags"),
    "test_checks_carry.py": ("checks/carry",),
}
SECONDS = 120  # a fault that makes the tests hang is caught too
ENOUGH = 0.95
START = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")

KEEP, TABLE, MEMORY = "keep.py", "table.py", "lessons/memory_or_not.py"
HIDDEN = "lessons/hidden_trajectories/"
READS, WHERE, TELLS, FADES = (f"{HIDDEN}{name}.py" for name in ("nets", "where", "tells", "fades"))
NET, READER, SPLIT, STREAM, TRAIN, OPPONENT = (
    f"names/{name}.py" for name in ("net", "reader", "split", "stream", "train", "opponent")
)
CARRIED = "lessons/carry_and_reset.py"
RECALL, HELD, HELD_DRAWN, TRAINED, MASKED = (
    f"{name}.py" for name in ("recall", "explore/held", "plots/held", "plots/trained", "checks/masked")
)
LOOP, MANY, BESIDE = (f"echo/{name}.py" for name in ("loop", "many", "beside"))
REACH, LAGS, LINK = "explore/reach.py", "explore/lags.py", "checks/carry.py"
PADDING = "lessons/padding.py"
GOOD = "lessons/is_it_any_good.py"

FAULTS = [
    # whether a net is any good
    (GOOD, "np.eye(BACK)[-1]", "np.eye(BACK)[0]"),
    (GOOD, "fit[:, ahead:, -1].ravel()", "fit[:, ahead:, 0].ravel()"),
    (GOOD, "for seed in (0, 1))", "for seed in (1, 1))"),
    (GOOD, "truth[:, 12 - k : end - k]", "truth[:, 12 - k // 2 : end - k // 2]"),
    (GOOD, "top + self.late, self.truth[top]", "top + 1, self.truth[top]"),
    (GOOD, "(values * seen)[:, ::-1]", "values[:, ::-1]"),
    (GOOD, "steps = np.concatenate([series[k] for k in known])", "steps = np.concatenate(series)"),
    (GOOD, "(speakers == k))[:each]", "(speakers == k))[-each:]"),
    (GOOD, "mask.sum(dim=1) - 1", "-1"),
    (GOOD, "scores.masked_fill(~mask, -torch.inf).softmax(dim=1)", "scores.softmax(dim=1) * mask"),
    (GOOD, "np.minimum(before[:, t], before[:, t - 1])", "before[:, t - 1]"),
    (GOOD, "lengths - 1]", "-1]"),
    (GOOD, "np.argmin(warped", "np.argmax(warped"),
    (GOOD, "np.array_split(one, 3)", "np.array_split(one[::-1], 3)"),
    (GOOD, "or row.padding == padding", "or row.padding == LEFT_OUT"),
    (GOOD, "key=lambda one: np.mean(one[1])", "key=lambda one: np.min(one[1])"),
    # what zeros do to the state
    (PADDING, "mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)", "np.argmax(mask[:, ::-1], axis=1)"),
    (PADDING, '"reset": {"resets": layout.resets}', '"reset": {}'),
    (PADDING, '"mask": {"mask": layout.mask}', '"mask": {}'),
    (PADDING, "/ np.linalg.norm(alone)", "/ np.linalg.norm(h)"),
    (PADDING, "return init_params(1, UNITS, seed)", "return init_params(1, UNITS, seed, forget_bias=0)"),
    (PADDING, "torch.manual_seed(seed)", "torch.manual_seed(0)"),
    (PADDING, "with torch.random.fork_rng(devices=[]):", "if True:"),
    (PADDING, 'begin = 0 if side == "left"', 'begin = 0 if side == "right"'),
    (PADDING, "here(ax, begin + t, y)", "here(ax, begin, y)"),
    (PADDING, "for percent in self.off[side][: self.pads + 1]]", 'for percent in self.off["left"][: self.pads + 1]]'),
    (PADDING, "return self.off[side][self.pads] < ROUNDING", "return self.off[side][self.pads] < 50"),
    (PADDING, "lambda layout: layout.lengths - 1", "lambda layout: layout.lengths.max() - 1 + 0 * layout.lengths"),
    (PADDING, "return self.off[np.arange(len(self.at)), self.at]", "return self.off[:, -1]"),
    (PADDING, "left, right = (judged(side.right)", "right, left = (judged(side.right)"),
    # an optimizer without a compiler, and the states of one run alone
    (KEEP, '("add_param_group", "zero_grad", "step")', '("add_param_group", "step")'),
    (KEEP, 'torch.no_grad()(own["step"])', 'own["step"]'),
    (KEEP, "type(optimizer.__name__, (optimizer,)", 'type("Light", (optimizer,)'),
    (KEEP, "light(torch.optim.Adam)(", "torch.optim.Adam("),
    # a name to its category
    (NET, "total / SUMMED], dim=1", "total], dim=1"),
    (NET, "[last, most, total / SUMMED]", "[last, total / SUMMED, most]"),
    (NET, 'for how in ("max", "sum")', 'for how in ("max", "mean")'),
    (NET, "self.categorise(final.h, most, total), h", "self.categorise(most, most, total), h"),
    (NET, "inner[ends - 1] = False", "inner[ends - 2] = False"),
    (NET, "name[1:] for name in names", "name[:-1] for name in names"),
    (NET, "        if not len(following):  # names of one letter: the mean of nothing is NaN\n", "        if False:\n"),
    (NET, "return of_kind + cross_entropy(", "return of_kind + 0.5 * cross_entropy("),
    (NET, "self.following(self.drop(h[inner]))", "self.following(h[inner])"),
    (NET, "self.head(self.drop(torch.cat(", "self.head((torch.cat("),
    (NET, "lstm.bias_ih_l0[lstm.hidden_size : 2 * lstm.hidden_size] = 1", "lstm.bias_ih_l0[: lstm.hidden_size] = 1"),
    (NET, "        lstm.bias_hh_l0.zero_()\n", ""),
    # letter by letter
    (READER, "        self.lstm.reset_states()\n", ""),
    (READER, "like.new_full((1, units), -1.0)", "like.new_full((1, units), 0.0)"),
    (
        READER,
        "self.most, self.total = torch.maximum(self.most, h)",
        "self.most, self.total = torch.minimum(self.most, h)",
    ),
    (READER, "self.total + h", "h"),
    (READER, '"load or train one").eval()', '"load or train one")'),
    (READER, "    @torch.no_grad()\n    def read", "    def read"),
    (READER, "        self.lstm.lstm = net.rnn.lstm\n", ""),
    (READER, "h.cummax(dim=0).values", "h.max(dim=0).values.expand_as(h)"),
    (READER, "h.cumsum(dim=0)", "h.sum(dim=0).expand_as(h)"),
    (READER, "net.eval().rnn(", "net.rnn("),
    (
        READER,
        "        h = self.lstm(x[None, None])[0]\n",
        "        h = self.lstm(x[None, None])[0]\n        vars(self).setdefault('all', []).append(h)\n",
    ),
    (READER, "if state is None else state.h[0]", "if state is None else state.c[0]"),
    # what is held out
    (SPLIT, "TRAINED = 9_000", "TRAINED = 9_001"),
    (SPLIT, "BLOCK, EVERY = 40, 5", "BLOCK, EVERY = 41, 5"),
    (SPLIT, "np.sort(order[TRAINED:])", "order[TRAINED:]"),
    (SPLIT, "% EVERY == EVERY - 1", "% EVERY == 0"),
    (SPLIT, "return place[~kept], place[kept]", "return place, place[kept]"),
    (SPLIT, "default_rng(0)", "default_rng()"),
    # the loop
    (TRAIN, "targets[chosen])", "targets[chosen.sort().values])"),
    (TRAIN, "torch.randperm(len(names)).split", "torch.arange(len(names)).split"),
    (TRAIN, "        net.train()\n        losses", "        losses"),
    (TRAIN, "        net.eval()\n        yield", "        yield"),
    (TRAIN, "    plan.step()\n", ""),
    (TRAIN, "    optimizer.zero_grad()\n", ""),
    (TRAIN, "net.parameters(), 1.0)", "net.parameters(), 1e9)"),
    (TRAIN, "weight_decay=0.0", "weight_decay=0.01"),
    (TRAIN, "betas=(0.9, 0.99)", "betas=(0.9, 0.999)"),
    (TRAIN, "total_steps=total + 1", "total_steps=2 * total"),
    (TRAIN, "sum(losses) / len(losses)", "losses[0]"),
    (TRAIN, "    if torch.rand(()) < 0.5:\n        return name\n", ""),
    (TRAIN, ">= likely", "< likely"),
    (TRAIN, "if len(short) and short[0] == SPACE else short", "if False else short"),
    (TRAIN, "return short if len(short) else name", "return short"),
    (TRAIN, "(name == SPACE).cumsum(0)", "(name == SPACE + 1).cumsum(0)"),
    (TRAIN, "    net.train(training)\n", ""),
    (TRAIN, "    training = net.training\n    net.eval()\n", "    training = net.training\n"),
    (TRAIN, "argmax(dim=1)", "argmin(dim=1)"),
    (TRAIN, "range(0, len(names), at_once)", "range(0, len(names) - 1, at_once)"),
    (TRAIN, "names[k : k + at_once]", "names"),
    (TRAIN, "posterior(net, names, at_once).argmax", "posterior(net, names).argmax"),
    (TRAIN, "softmax(dim=1)", "softmax(dim=0)"),
    (TRAIN, "torch.cat(logits).softmax(dim=1)", "torch.cat(logits)"),
    (TRAIN, "@torch.no_grad()\ndef posterior", "def posterior"),
    # all names in a row
    (STREAM, "np.concatenate([gap, [END], name])", "np.concatenate([[END], name, gap])"),
    (STREAM, "[UNASKED] * reset, name, [END]", "[END] * reset, name, [END]"),
    (STREAM, "return self.head(out), hx", "return self.head(out), None"),
    (STREAM, "            hx = tuple(s.detach() for s in hx)\n", "            hx = None\n"),
    (STREAM, "            optimizer.zero_grad()\n", ""),
    (STREAM, "        hx, losses = None, []\n", "        hx, losses = (hx if number > 1 else None), []\n"),
    (STREAM, "        if together is not None:\n", "        if together is not None and number == 1:\n"),
    (STREAM, "        if together is not None:\n", "        if False:\n"),
    (STREAM, "fill in ((0, RESET), (1, UNASKED))", "fill in ((0, RESET), (1, END))"),
    (STREAM, "sum(lost) / sum(letters) / log(2)", "sum(lost) / sum(letters)"),
    (STREAM, "streams[k : k + at_once]", "streams"),
    (STREAM, "range(0, len(streams), whole(", "range(0, len(streams) - 1, whole("),
    (STREAM, "(told != UNASKED).sum()", "(read != RESET).sum()"),
    (STREAM, "(told != UNASKED).sum().item()", "told.numel()"),
    (STREAM, "@torch.no_grad()\ndef bits", "def bits"),
    (STREAM, "sum(losses) / len(losses) / log(2)", "sum(losses) / len(losses)"),
    (STREAM, "part[: LANES * long].view(LANES, long)", "part[: LANES * long].view(long, LANES).T"),
    (STREAM, "self.lstm.bias_ih_l0[units : 2 * units] += 1", "self.lstm.bias_ih_l0[:units] += 1"),
    (STREAM, "while len(name) < longest", "while len(name) <= longest"),
    (STREAM, "            if letter == END:\n                break\n", ""),
    (STREAM, "*net(torch.tensor([[END]]), hx), []", "*net(torch.tensor([[END]])), []"),
    (STREAM, "logits, hx = net(torch.tensor([[letter]]), hx)", "logits, _ = net(torch.tensor([[letter]]), hx)"),
    (STREAM, "logits[0, -1].softmax(dim=0)", "logits[0, -1].mul(2).softmax(dim=0)"),
    # the opponents
    (OPPONENT, '"ngram_range": (1, 5)', '"ngram_range": (1, 4)'),
    (OPPONENT, '"analyzer": "char"', '"analyzer": "char_wb"'),
    (OPPONENT, "CountVectorizer(binary=True, **counted)", "CountVectorizer(**counted)"),
    (OPPONENT, "TfidfVectorizer(**counted)", "TfidfVectorizer(use_idf=False, **counted)"),
    (OPPONENT, "LogisticRegression(C=strength", "LogisticRegression(C=1 / strength"),
    (OPPONENT, "ngrams(texts[~kept], targets[~kept]", "ngrams(texts, targets"),
    (OPPONENT, "STRENGTHS[int(np.argmax(right))]", "STRENGTHS[int(np.argmin(right))]"),
    (OPPONENT, "% EVERY == EVERY - 2", "% EVERY == EVERY - 1"),
    (OPPONENT, "len(train))[: len(train) // 5]", "len(train))[: len(train) // 2]"),
    (OPPONENT, "torch.cat([blank, name])[-self.width :]", "torch.cat([name, blank])[: self.width]"),
    (OPPONENT, "(first, *between, second", "(first, second"),
    (OPPONENT, ".argmax()))", ".argmin()))"),
    (OPPONENT, ".coef_.size + model", ".coef_.size - model"),
    # weights in a file
    (KEEP, "allow_pickle=False", "allow_pickle=True"),
    (KEEP, '        with open(beside, "wb") as out:\n', '        with open(path, "wb") as out:\n'),
    (KEEP, "        beside.unlink(missing_ok=True)\n", ""),
    (KEEP, "    except FileNotFoundError:\n        raise\n", ""),
    (KEEP, "except Exception as error", "except ValueError as error"),
    (KEEP, "sorted(set(arrays) ^ set(wanted))", "sorted(set(wanted) - set(arrays))"),
    (KEEP, "        if got != want:\n", "        if False:\n"),
    (KEEP, "{name} of {one.shape} {one.dtype}", "{name} of {one.shape}"),
    (KEEP, "if not np.isfinite(arrays[name]).all()", "if np.isnan(arrays[name]).any()"),
    (KEEP, "np.asarray(file[name])", "file[name]"),
    (KEEP, 'with open(path, "rb") as source, np.load(source', "with np.load(path"),
    (KEEP, "    module.load_state_dict(", "    dict("),
    (KEEP, "path.with_name(f", "Path(f"),
    # lesson 05: the famous bugs, their picture, the checks
    (CARRIED, "[none, none, 50.0 * np.eye(kinds), none]", "[none, 50.0 * np.eye(kinds), none, none]"),
    (CARRIED, "[open_gates, open_gates, none[0], open_gates]", "[open_gates, none[0], none[0], open_gates]"),
    (CARRIED, "kinds = int(fed.series.max()) + 2", "kinds = int(fed.series.max()) + 1"),
    (CARRIED, "mask=fed.mask[cut], resets=fed.resets[cut]", "mask=fed.mask[cut]"),
    (CARRIED, "mask=fed.mask[cut], resets=fed.resets[cut]", "resets=fed.resets[cut]"),
    (CARRIED, "state = trace.final if fed.carry else None", "state = trace.final"),
    (CARRIED, "state = trace.final if fed.carry else None", "state = None"),
    (CARRIED, "right()._replace(carry=False)", "right()._replace(detach=False)"),
    (CARRIED, "np.zeros((LANES, COLUMNS), bool)", "np.ones((LANES, COLUMNS), bool)"),
    (CARRIED, ".reshape(-1, LANES).T.ravel()", ".ravel()"),
    (
        CARRIED,
        "np.arange(COLUMNS // WIDTH)[:, None] + np.arange(WIDTH)",
        "WIDTH * np.arange(COLUMNS // WIDTH)[:, None] + np.arange(WIDTH)",
    ),
    (CARRIED, "np.arange(LANES * COLUMNS).reshape(-1, LANES).T", "np.arange(LANES * COLUMNS).reshape(LANES, -1)"),
    (CARRIED, "flagged(np.zeros_like(step), step, width=1)", "flagged(np.zeros_like(step), step)"),
    (CARRIED, "np.roll(series[piece], 1), np.roll(step[piece], 1)", "np.roll(series[piece], 1), step[piece]"),
    (CARRIED, "._replace(mask=np.ones_like(fed.mask))", ""),
    (CARRIED, ".swapaxes(0, 1).reshape(-1, WIDTH)[order]", ".reshape(-1, WIDTH)[order]"),
    (CARRIED, "pieces.reshape(-1, LANES, WIDTH).swapaxes(0, 1)", "pieces.reshape(LANES, -1, WIDTH)"),
    (CARRIED, "(self.fed.step + 1)[..., None]", "self.fed.step[..., None]"),
    (CARRIED, "(self.fed.series >= 0) & (self.held != self.own)", "(self.fed.series >= 0) & (self.held < self.own)"),
    (CARRIED, "calls if self.fed.carry and not self.fed.detach else 1", "calls if not self.fed.detach else 1"),
    (
        CARRIED,
        "-(-self.fed.series.shape[1] // self.fed.width)\n        return calls",
        "self.fed.series.shape[1] // self.fed.width\n        return calls",
    ),
    (CARRIED, "if column == 0 or (at_cut and not self.fed.carry):", "if at_cut and not self.fed.carry:"),
    (CARRIED, '"detached" if self.fed.detach else "attached"', '"attached" if self.fed.detach else "detached"'),
    (CARRIED, "column, lane = np.argwhere(wrong.T)[0]", "lane, column = np.argwhere(wrong)[0]"),
    (CARRIED, "self.fed.step[lane, column] + 1}", "self.fed.step[lane, column]}"),
    (CARRIED, "if column < self.time:", "if column <= self.time:"),
    (CARRIED, "strict=True) if n) or", "strict=True) if n > 1) or"),
    (CARRIED, "wrong := self.wrong[:, : self.time]", "wrong := self.wrong"),
    (CARRIED, "self.wrong[:, : self.time].sum()", "self.wrong.sum()"),
    (CARRIED, "gradient window {column // self.fed.width}", "gradient window {column}"),
    # flag and mask: nets that recall a first step, one cell over one padded series, the masked mean
    (RECALL, "(~mask)[..., None].to(x)", "mask[..., None].to(x)"),
    (RECALL, "return self.net(x, mask=mask)[1]", "return self.net(x)[1]"),
    (RECALL, "trace.f[padding].mean()", "trace.f.mean()"),
    (RECALL, "/ alone.norm(dim=1)", "/ final.norm(dim=1)"),
    (RECALL, "first = mask.int().argmax(dim=1)", "first = 0 * mask.int().argmax(dim=1)"),
    (HELD, "[-weight, weight, 0.0, 0.0]", "[weight, -weight, 0.0, 0.0]"),
    (HELD, 'mask=layout.mask if told == "mask" else None', 'mask=layout.mask if told != "flag" else None'),
    (HELD_DRAWN, "truth.set_data(steps, data.truth)", "truth.set_data(steps, data.c)"),
    (HELD_DRAWN, "look = RIGHT if data.off == 0 else WRONG", "look = RIGHT if data.off < 1e-3 else WRONG"),
    (RECALL, "for one in found)", "for one in found[:2])"),
    (RECALL, "net.net(x, **told)[1].h", "net.net(x)[1].h"),
    (TRAINED, "[shares.min(), shares.max()]", "[shares.min(), shares.mean()]"),
    (TRAINED, 'row + APART * (1 if side == "right" else -1)', "row + APART"),
    (TRAINED, 'self.said.set_text(f"{shares.mean():.2f}")', 'self.said.set_text(f"{shares.max():.2f}")'),
    (MASKED, "np.where(mask, loss, np.nan)", "loss"),
    # two pasts, a window and an LSTM
    (MEMORY, "series[-READERS[reader] :]", "series[: READERS[reader]]"),
    (MEMORY, "[0.0, FORGET_BIAS, 0.0, 0.0]", "[FORGET_BIAS, 0.0, 0.0, 0.0]"),
    (MEMORY, "np.concatenate([trace.h[0], trace.c[0]], axis=1)", "np.tile(trace.final.c, (STEPS, 2))"),
    (MEMORY, "for t in range(self.time):", "for t in range(STEPS):"),
    (MEMORY, "self.back < self.reads", "self.back <= self.reads"),
    (MEMORY, "(0, 0, self.width - 1, 0)", "(0, 0, 0, self.width - 1)"),
    (MEMORY, ".unfold(1, self.width, 1)", ".flip(1).unfold(1, self.width, 1).flip(1)"),
    (MEMORY, "self.net(x)[0])", "self.net(x.flip(1))[0])"),
    (MEMORY, "(gradient == 0).sum()", "(gradient.abs() < 1e-2).sum()"),
    (MEMORY, "out.square().sum()", "out[:, 0].square().sum()"),
    (MEMORY, "and torch.equal(c, state.c)", ""),
    (MEMORY, "not all(map(torch.equal,", "not any(map(torch.equal,"),
    (MEMORY, "echo_rows(200, lag, 2 * seed + 1)", "echo_rows(200, lag, 2 * seed)"),
    (MEMORY, "(net(x) - y)[:, LAGS[-1] :]", "(net(x) - y)"),
    (MEMORY, "(said - asked)[:, lag:]", "(said - asked)"),
    (MEMORY, "    with torch.random.fork_rng(devices=[]):\n", "    if True:\n"),
    (MEMORY, "torch.manual_seed(seed)", "torch.manual_seed(0)"),
    (MEMORY, "adam.zero_grad()", "adam.zero_grad"),
    (MEMORY, "if row.lag == lag", "if row.seed == lag"),
    (MEMORY, 'else f"all lags up to {self.window - 1}"', 'else f"all lags up to {self.window}"'),
    (MEMORY, "self.of_lstm.max(axis=0) >=", "self.of_lstm.min(axis=0) >="),
    (TABLE, "[*grids, grid] if grid else grids", "[grid] if grid else grids[:1]"),
    (TABLE, "[next(every) | self.quick] if quick", "[next(every)] if quick"),
    (TABLE, 'lines = lines or [",".join([*point, *found])]', 'lines = [",".join([*point, *found])]'),
    (
        TABLE,
        "        lines = rows(self.file)  #",
        "        lines = [x.split(',') for x in data_file(self.file).read_text().split()[1:]]  #",
    ),
    (TABLE, "if all(getattr(row, name) == value", "if any(getattr(row, name) == value"),
    (TABLE, 'return "" if math.isnan(value) else', "return"),
    (TABLE, "{value:.3g}", "{value:.2g}"),
    (TABLE, 'float(text or "nan")', 'float(text or "0")'),
    # the echo: the loop
    (LOOP, "part.detach() for part in state", "part.clone() for part in state"),
    (LOOP, "(said - wanted)[wanted != 0]", "(said - wanted).flatten()"),
    (LOOP, "wrong.pow(2).sum() / max(1, len(wrong))", "wrong.pow(2).mean()"),
    (LOOP, "wrong.pow(2).sum()", "wrong.abs().sum()"),
    (LOOP, "        adam.zero_grad()\n", ""),
    (LOOP, "net.parameters(), 1.0)", "net.parameters(), 0.01)"),
    (LOOP, "adam.step()\n        state = between(state)", "adam.step()\n        state = keep_value(state)"),
    (LOOP, "adam.step()\n        state = between(state)", "adam.step()\n        state = None"),
    (LOOP, "said.append(out)\n        state = between(state)", "said.append(out)\n        state = keep_value(state)"),
    (LOOP, "with torch.random.fork_rng(devices=[]):", "if True:"),
    (LOOP, "learn(net, window, lag, BETWEEN[state]", "learn(net, window, lag, keep_value"),
    (LOOP, "windows(updates, window, lag, seed=seed)", "windows(updates, window, lag)"),
    (LOOP, "rng.random((lanes, steps, 1)) < stay", "rng.random((lanes, steps, 1)) > stay"),
    (LOOP, "    flips[:, 0] = rng.choice([-1, 1], (lanes, 1))\n", ""),
    (
        LOOP,
        "torch.zeros(lanes, lag, 1), heard], dim=1)[:, :steps]",
        "heard, torch.zeros(lanes, lag, 1)], dim=1)[:, lag:]",
    ),
    (LOOP, "stream(TESTED // window, window, lag, seed=seed)", "windows(TESTED // window, window, lag, seed=seed)"),
    # side by side
    (MANY, "i, f, g, o = z.chunk", "f, i, g, o = z.chunk"),
    (MANY, "i.sigmoid() * g.tanh()", "i.sigmoid() * g.sigmoid()"),
    (MANY, 'weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"]', '2 * weights["lstm.bias_ih_l0"]'),
    (MANY, ".clamp(max=1)", ".clamp(min=1)"),
    (MANY, "weight.grad.flatten(1).pow(2).sum(dim=1)", "weight.grad.pow(2).sum()"),
    (MANY, 'if state == "carried"', 'if state == "reset"'),
    (MANY, "error(net, window, lag, BETWEEN[state], seed=1000 + seed)", "error(net, window, lag, seed=1000 + seed)"),
    # beside the loop
    (BESIDE, "node is not None and node not in seen", "node is not None"),
    (BESIDE, "    return len(seen)", "    return len(seen) + 1"),
    (BESIDE, "retain_graph=retain", "retain_graph=True"),
    (BESIDE, "        if update:\n", "        if not update:\n"),
    (BESIDE, "        state = between(state)\n", ""),
    (BESIDE, "[0][:, lag:].flatten(0, 1)", "[0][:, : 200 - lag].flatten(0, 1)"),
    (BESIDE, "copy.deepcopy(net.lstm).double()", "net.lstm.double()"),
    # who can use and blame whom
    (REACH, "state = traces[-1].final if carry else None", "state = traces[-1].final"),
    (REACH, "(h[:-1] != h[-1]).any(axis=2).T", "(h[:-1] != h[-1]).any(axis=2)"),
    (REACH, "first = max(0, t + 1 - window)", "first = max(0, t - window)"),
    (REACH, 'width = 1 if loop == "detached at each step" else window', "width = window"),
    (LAGS, "if row.window == window", "if row.window >= window"),
    # what a window hands on
    (LINK, "if len(linked) == 2:", "if len(linked) >= 1:"),
    (LINK, "    if kinds != [part.dtype for part in given]:\n", "    if False:\n"),
    (LINK, "_valued(got, given)\n        or _linked(got, given)", "_valued(got, given)"),
    (LINK, "if len(linked) == 2 and all(", "if all("),
    (LINK, "strict=True) if part.grad_fn is not None", "strict=True) if part.requires_grad"),
    (LINK, "if all(part.grad_fn is not None for part in given):", "if True:"),
    (LINK, "if part.shape != true.shape:", "if part.numel() != true.numel():"),
    # trajectories
    (READS, "k // 40 % 5 == 4", "k // 40 % 5 == 3"),
    (READS, "kept.sort(key=lambda k: k // 200 % 2)", "kept.sort(key=lambda k: k % 2)"),
    (READS, "np.concatenate([np.zeros((1, UNITS)), after])", "np.concatenate([after[:1], after])"),
    (READS, "known[:MOST] or", "known[: MOST - 1] or"),
    (WHERE, "states - centre, full_matrices", "states, full_matrices"),
    (WHERE, "variance = lengths**2 / (lengths**2).sum()", "variance = lengths / lengths.sum()"),
    (WHERE, "np.sign(directions[[0, 1], largest])[:, None]", "1"),
    (WHERE, "(states - self.centre) @", "states @"),
    (WHERE, "min(step, len(way) - 1)", "min(step - 1, len(way) - 1)"),
    (WHERE, "for see in (plane, np.asarray)", "for see in (np.asarray, plane)"),
    (WHERE, "spaced(name[k - 1])", "spaced(name[k - 2])"),
    (WHERE, "            taken.append(tuple(place))\n", ""),
    (WHERE, "max(0.3, 1 - 0.1 * (len(points) - 1 - k))", "1"),
    (WHERE, "ORANGE if value > 0 else BLUE", "ORANGE if value < 0 else BLUE"),
    (WHERE, "if self.mask[t] else PADDING", "if True else PADDING"),
    (TELLS, "with_it * (with_it + 1) / 2", "with_it * (with_it - 1) / 2"),
    (TELLS, "count.cumsum() - (count - 1) / 2", "count.cumsum()"),
    (TELLS, "int(np.abs(told - 0.5).argmax())", "int(told.argmax())"),
    (TELLS, "tested if told[unit] >= 0.5 else 1 - tested", "tested"),
    (TELLS, "tested if told[unit] >= 0.5 else 1 - tested", "max(tested, 1 - tested)"),
    (TELLS, "np.concatenate(states[half:])[:, [unit]], np.concatenate(labels[half:])", "values[:, [unit]], here"),
    (TELLS, "rng.permutation(here)", "here"),
    (TELLS, "np.roll(order, 1)", "order"),
    (TELLS, "(start - 1, stop)", "(start - 1,)"),
    (TELLS, "~on[borders].any(axis=0)", "~on[borders].all(axis=0)"),
    (TELLS, "on[start:stop].all(axis=0)", "on[start:stop].any(axis=0)"),
    (TELLS, "on.all(axis=1).astype(int)", "on.any(axis=1).astype(int)"),
    (TELLS, "if b - a > 1", "if b - a > 0"),
    (TELLS, "stop - len(word)), start + 1)", "stop - len(word)), start)"),
    (FADES, "axis=1)[place + 1 :]", "axis=1)[place:]"),
    (FADES, "100 * distance / distance[0]", "100 * distance / distance.max()"),
    (FADES, "placed[low] + least", "placed[low]"),
    (FADES, "read[place + 1 :]", "read[place:]"),
    (FADES, "if k == self.at else spaced(old)", "if k == self.at + 1 else spaced(old)"),
    (FADES, "distance < distance[0] / 2)\n    return", "distance <= distance[0] / 2)\n    return"),
    (FADES, "-1 if (got := answer(distance)) is None else got", "answer(distance)"),
]


def planted(copy, file, old, new):
    """Plant one fault in the copy; return how to take it out again."""
    path = copy / "lstm_demo" / file
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{file}: expected {old!r} exactly once, got {text.count(old)}; bring this fault up to date")
    path.write_text(text.replace(old, new), encoding="utf-8")
    return lambda: path.write_text(text, encoding="utf-8")


def noticed(copy, file=""):
    """How the tests end in the copy, those of the faulty room first: the first failure, or "" if they pass."""
    laws = [f"tests/{law}" for law in sorted(LAWS, key=lambda law: not file.startswith(LAWS[law]))]
    child = START.Process(target=_judge, args=(copy, laws))
    child.start()
    child.join(SECONDS)
    if child.is_alive():
        child.kill()
        child.join()
        return "it hung"
    said = (copy / "said").read_text(encoding="utf-8").splitlines()
    failures = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    return [*failures, "it broke"][0] if child.exitcode else ""


def _judge(copy, laws):
    """In a process of its own, which has torch already and our package not yet."""
    os.chdir(copy)
    with open("said", "w", encoding="utf-8") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    sys.path[0] = str(copy)
    sys.dont_write_bytecode = True  # what is written within one second would be taken for the fault before
    ours = "ignore::pytest.PytestAssertRewriteWarning"  # hypothesis is imported already, to save the time
    code = pytest.main(["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-W", ours, *laws])
    sys.stdout.flush()
    os._exit(int(code))


def copied(folder):
    copy = Path(folder)
    for name in ("lstm_demo", "tests", "scripts", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "browser"))
    for name in ("pyproject.toml", "data"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name)
        elif source.exists():
            shutil.copy(source, copy / name)
    return copy


def chosen(wanted):
    numbered = list(enumerate(FAULTS, start=1))
    return [
        (k, f)
        for k, f in numbered
        if not wanted or str(k) in wanted or any(w in f[0] for w in wanted if not w.isdigit())
    ]


def main(wanted):
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(folder)
        for fault in FAULTS:  # all of them, so that none goes stale unseen
            planted(copy, *fault)()
        if failure := noticed(copy):
            raise SystemExit(f"without any fault the tests fail already: {failure}")
        faults, survivors, began = chosen(wanted), [], time.perf_counter()
        for k, (file, old, new) in faults:
            mend = planted(copy, file, old, new)
            failure = noticed(copy, file)
            mend()
            if not failure:
                survivors.append(k)
            print(f"{k:3} {file:20} {failure[:100] or f'SURVIVED: {old!r} -> {new!r}'}", flush=True)
    caught = len(faults) - len(survivors)
    print(f"caught {caught} of {len(faults)} ({caught / len(faults):.1%}) in {time.perf_counter() - began:.0f} s")
    return int(caught < ENOUGH * len(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
