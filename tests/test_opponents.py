"""Laws of the honest opponents, and of the script that trains all that lesson 09 compares."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import score_names
import sweep
import torch
from problems import refused
from torch.nn.functional import cross_entropy

from lstm_demo import keep, names
from lstm_demo.names import NameNet, WindowNet, kept_back, majority, ngrams, parameters, predicted, train, tuned
from lstm_demo.names import opponent as room
from lstm_demo.series import encode

ROOT = Path(__file__).resolve().parents[1]
WORDS = ["SMALL", "CAPITAL", "DIGIT", "MARK"]
KINDS = ("tf-idf", "binary")


def toy(count=40):
    """Texts whose first word tells the category, which is 0, 2, 4 or 6."""
    texts = [f"{WORDS[k % 4]} {'ABCDEFGHIJ'[k // 4 % 10]}" for k in range(count)]
    return texts, np.array([2 * (k % 4) for k in range(count)])


def codes(texts):
    return [torch.from_numpy(encode(text)) for text in texts]


# --- n-grams ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_ngrams_learn_what_a_word_tells(kind):
    texts, targets = toy()
    model = ngrams(texts, targets, kind)
    assert (model.predict(texts) == targets).all()
    assert model.predict(["SMALL Z", "MARK Q"]).tolist() == [0, 6]
    again = ngrams(texts, targets, kind)
    assert np.array_equal(model[-1].coef_, again[-1].coef_)


def grams_of(text):
    text = text.lower()
    return [text[k : k + n] for n in range(1, 6) for k in range(len(text) - n + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_grams_are_all_runs_of_one_to_five_letters_counted_as_said(kind):
    """By hand: tf-idf is the count times 1 + log((1 + N) / (1 + names with it)), each name of length 1."""
    texts, targets = ["AA BA", "B-1", "ABABABA"], [0, 1, 0]
    model = ngrams(texts, targets, kind)
    known = sorted({gram for text in texts for gram in grams_of(text)})
    assert list(model[0].get_feature_names_out()) == known
    want = np.array([[grams_of(text).count(gram) for gram in known] for text in texts], dtype=float)
    if kind == "binary":
        want = np.minimum(want, 1)
    else:
        want *= 1 + np.log(4 / (1 + (want > 0).sum(0)))
        want /= np.linalg.norm(want, axis=1, keepdims=True)
    assert np.allclose(model[0].transform(texts).toarray(), want, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_greater_strength_fits_more_closely(kind):
    texts, targets = toy()
    sums = [np.abs(ngrams(texts, targets, kind, strength)[-1].coef_).sum() for strength in (0.1, 10, 1000)]
    assert sums[1] / sums[0] > 1.2
    assert sums[2] / sums[1] > 1.2
    assert ngrams(texts, targets, kind, 7)[-1].C == 7


def test_ngrams_refuse_by_name():
    texts, targets = toy(8)
    message = "kind: expected one of ('tf-idf', 'binary'), got 'words'; say how a gram counts"
    refused(message, lambda: ngrams(texts, targets, "words"))
    message = "targets: expected 8 categories, one a name, got 7; give one for each name"
    refused(message, lambda: ngrams(texts, targets[:7]))


def test_a_strength_is_chosen_on_what_is_kept_back_and_fitted_on_the_rest(monkeypatch):
    texts, targets = toy(12)
    kept, asked = np.arange(12) % 3 == 0, []
    share = {1: 2, 10: 4, 100: 4, 1000: 3}

    class Fake:
        def __init__(self, seen, given, kind, strength):
            assert list(seen) == [text for k, text in enumerate(texts) if k % 3]
            assert list(given) == [target for k, target in enumerate(targets) if k % 3]
            asked.append((kind, strength))
            self.right = share[strength]

        def predict(self, unseen):
            assert list(unseen) == texts[::3]
            return np.where(np.arange(4) < self.right, targets[::3], -1)

    monkeypatch.setattr(room, "ngrams", Fake)
    assert tuned(texts, targets, kept, "binary") == 10  # of equals the smallest
    assert asked == [("binary", strength) for strength in (1, 10, 100, 1000)]


@pytest.mark.parametrize("split", names.SPLITS)
def test_what_chooses_a_setting_is_held_out_as_the_test_is_and_is_none_of_it(split):
    train_on, test = names.SPLITS[split](11_606)
    kept = kept_back(split, train_on)
    assert kept.dtype == bool
    assert np.array_equal(kept, kept_back(split, train_on))
    assert not set(train_on[kept]) & set(test)
    runs = np.split(train_on[kept], np.flatnonzero(np.diff(train_on[kept]) > 1) + 1)
    if split == "blocks":
        assert {len(run) for run in runs} <= {40, 11_606 % 40}
        assert {run[0] % 200 for run in runs} == {120}
    else:
        assert kept.sum() == 1800
        assert max(map(len, runs)) < 20
        assert abs(train_on[kept].mean() - 5803) < 4 * 11_606 / np.sqrt(12 * 1800)


def test_a_split_of_another_name_is_refused():
    refused("split: expected 'random' or 'blocks', got 'even'; see SPLITS", lambda: kept_back("even", np.arange(9)))


# --- the window ------------------------------------------------------------------------------------------------------


def test_a_window_shows_the_last_letters_flush_right():
    net = WindowNet(width=4, hidden=3)
    batch = [torch.tensor(one) for one in ([5], [1, 2, 3, 4], [9, 1, 2, 3, 4], [7, 8])]
    blank = room.BLANK
    assert blank == 38
    assert net.windows(batch).tolist() == [[blank, blank, blank, 5], [1, 2, 3, 4], [1, 2, 3, 4], [blank, blank, 7, 8]]


def test_a_window_net_is_two_hidden_layers_on_the_letters_it_sees():
    torch.manual_seed(0)
    net = WindowNet(width=3, hidden=5).double().eval()
    seen = torch.zeros(3, 39, dtype=torch.float64)
    seen[[0, 1, 2], [38, 4, 6]] = 1
    first, second, last = (layer for layer in net.layers if isinstance(layer, torch.nn.Linear))
    want = last(second(first(seen.flatten()).clamp(min=0)).clamp(min=0))
    got = net([torch.tensor([4, 6]), torch.tensor([1])]).logits
    assert (got[0] - want).abs().max() < 1e-12
    assert got.shape == (2, 8)
    targets = torch.tensor([3, 0])
    assert net.loss([torch.tensor([4, 6]), torch.tensor([1])], targets) == cross_entropy(got, targets)


def test_what_lies_before_the_window_is_never_seen():
    net = WindowNet().eval()
    one, other = codes(["GREEK SMALL LETTER ALPHA", "LATIN MALL LETTER ALPHA"])
    assert net.width == 12
    assert torch.equal(*net([one, other]).logits)
    assert not torch.equal(*net([one, other[:-1]]).logits)


def test_a_window_net_trains_by_the_loop_of_the_lstm_and_alike_by_the_same_seed():
    texts, targets = toy()
    weights = []
    for _ in range(2):
        torch.manual_seed(0)
        net = WindowNet(hidden=16)
        losses = [p.loss for p in train(net, codes(texts), torch.from_numpy(targets), epochs=30, rate=0.01, batch=8)]
        weights.append(torch.cat([weight.detach().flatten() for weight in net.parameters()]))
    assert losses[-1] < 0.5 * losses[0]
    assert (predicted(net, codes(texts)).numpy() == targets).mean() > 0.9
    assert torch.equal(*weights)


def test_a_window_net_drops_out_while_it_trains_only():
    torch.manual_seed(0)
    net, batch = WindowNet(hidden=16, drop=0.5), codes(["ALPHA"])
    assert not torch.equal(net(batch).logits, net(batch).logits)
    net.eval()
    assert torch.equal(net(batch).logits, net(batch).logits)
    assert [layer.p for layer in net.layers if isinstance(layer, torch.nn.Dropout)] == [0.5, 0.5]


def test_a_window_of_no_letter_is_refused():
    refused("width: expected a whole number of at least 1, got 0; give an int", lambda: WindowNet(width=0))


# --- the majority, and sizes -----------------------------------------------------------------------------------------


def test_the_majority_says_the_commonest_whatever_it_is_asked():
    model = majority(torch.tensor([3, 1, 3, 0]))
    assert model.predict(["A", "B", "C"]).tolist() == [3, 3, 3]
    assert majority([2, 2, 5]).category == 2


def test_parameters_counts_what_is_learnt():
    texts, targets = toy()
    assert parameters(majority(targets)) == 1
    assert parameters(WindowNet(width=2, hidden=3)) == (78 * 3 + 3) + (3 * 3 + 3) + (3 * 8 + 8)
    assert parameters(NameNet(2)) == (8 * 38 + 8 * 2 + 16) + (6 * 8 + 8) + (2 * 38 + 38)
    known = len({gram for text in texts for gram in grams_of(text)})
    assert parameters(ngrams(texts, targets)) == 4 * known + 4


# --- the script ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """All three parts of a tiny run."""
    folder = tmp_path_factory.mktemp("quick")
    threads = torch.get_num_threads()
    assert score_names.main(["--quick", "--into", str(folder)]) == 0
    assert torch.get_num_threads() == threads
    return folder


def rows(path):
    header, *lines = path.read_bytes().decode("ascii").removesuffix("\n").split("\n")
    return header, [line.split(",") for line in lines]


def test_the_scores_hold_every_model_on_every_split(quick):
    header, lines = rows(quick / "name_scores.csv")
    assert header == "model,split,seed,accuracy,seconds,parameters"
    drawn = [("majority", 1), ("n-grams tf-idf", 1), ("n-grams binary", 1), ("window", 2), ("LSTM", 2)]
    wanted = [[m, s, str(k)] for s in names.SPLITS for m, seeds in drawn for k in range(seeds)]
    assert [line[:3] for line in lines] == wanted
    assert all(re.fullmatch(r"[01]\.\d{4},\d+\.\d,\d+", ",".join(line[3:])) for line in lines)
    assert all(0 <= float(line[3]) <= 1 for line in lines)
    assert all(float(line[3]) > 0.6 for line in lines if line[0].startswith("n-grams"))


def test_the_scores_of_the_majority_can_be_counted(quick):
    categories = names_all()[1]
    _, lines = rows(quick / "name_scores.csv")
    for _, split, _, accuracy, _, _ in (line for line in lines if line[0] == "majority"):
        train_on, test = (categories[side[::40]] for side in names.SPLITS[split](11_606))
        assert accuracy == f"{(test == np.bincount(train_on).argmax()).mean():.4f}"


def names_all():
    from lstm_demo import unicode_names

    return unicode_names()


def test_the_stream_is_learnt_in_five_ways(quick):
    header, lines = rows(quick / "name_stream.csv")
    assert header == "state,order,seed,passes,bits"
    ways = [(state, order) for _, state, order in score_names.QUICK.stream_ways]
    assert len(set(ways)) == 5
    assert [line[:4] for line in lines] == [[*way, str(seed), "1"] for seed in range(2) for way in ways]
    assert all(4 < float(line[4]) < 6 for line in lines)  # learnt next to nothing: log2(39) is 5.3
    assert len({line[4] for line in lines}) > 2


def test_the_stored_stream_is_the_one_that_was_measured_first(quick):
    scale = score_names.QUICK
    net = keep.load(names.NameStream(scale.units), quick / "name_stream.npz")
    _, lines = rows(quick / "name_stream.csv")
    assert f"{names.bits(net, score_names.stream_names(scale)[1], reset=False):.4f}" == lines[0][4]


def test_the_stored_net_is_the_one_that_was_scored_first_on_blocks(quick):
    scale = score_names.QUICK
    net = keep.load(NameNet(scale.units), quick / "name_net.npz")
    job = score_names.task("blocks", scale.every)
    made, _ = score_names.lstm(job, scale, 0)
    assert all(torch.equal(a, b) for a, b in zip(made.state_dict().values(), net.state_dict().values(), strict=True))
    held, _, targets = job.side(job.test)
    accuracy = (predicted(net, held) == targets).double().mean().item()
    _, lines = rows(quick / "name_scores.csv")
    assert [line[3] for line in lines if line[:3] == ["LSTM", "blocks", "0"]] == [f"{accuracy:.4f}"]


def test_a_second_run_in_a_process_of_its_own_writes_the_same_bytes(quick, tmp_path):
    command = [sys.executable, score_names.__file__, "--quick", "--part", "weights", "--into", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["name_net.npz"]
    assert (tmp_path / "name_net.npz").read_bytes() == (quick / "name_net.npz").read_bytes()
    digest, name, *_ = done.stdout.split()
    assert (len(digest), name) == (64, "name_net.npz")
    assert re.search(r"\n\d{4}-\d\d-\d\d, .*one thread, Python 3.*, torch \d.*, scikit-learn \d", done.stdout)


def test_the_same_seed_gives_the_same_tables_but_for_the_seconds(quick, tmp_path):
    for part in ("scores", "stream"):
        score_names.main(["--quick", "--part", part, "--into", str(tmp_path)])
    for name, columns in (("name_scores.csv", [0, 1, 2, 3, 5]), ("name_stream.csv", range(5))):
        one, other = ([[line[k] for k in columns] for line in rows(folder / name)[1]] for folder in (quick, tmp_path))
        assert one == other


def test_a_task_is_a_split_in_three_forms():
    job, (numbers, categories, texts) = score_names.task("random"), names_all()
    assert [len(job.train), len(job.test)] == [9000, 2606]
    seen, spelt, targets = job.side(job.test[:50])
    for code, text, target, k in zip(seen, spelt, targets, job.test[:50], strict=True):
        assert code.tolist() == numbers[k].tolist()
        assert (text, target) == (texts[k], categories[k])


def test_the_full_run_is_what_the_lesson_says_it_is():
    scale = score_names.Scale()
    assert (scale.every, scale.seeds, scale.units, scale.epochs) == (1, 5, 128, 15)


def test_a_quick_run_touches_no_data_of_ours(monkeypatch, tmp_path):
    monkeypatch.setattr(sweep, "DATA", tmp_path)
    seen = []
    part = ("name_net.npz", lambda path, scale: (seen.append((path, scale)), path.write_bytes(b"")))
    monkeypatch.setitem(score_names.PARTS, "weights", part)
    score_names.main(["--quick", "--part", "weights"])
    assert list(tmp_path.iterdir()) == []
    score_names.main(["--part", "weights"])
    assert [path.name for path in tmp_path.iterdir()] == ["name_net.npz"]
    assert [scale.every for _, scale in seen] == [40, 1]
    assert not seen[0][0].parent.exists()  # the temporary folder is gone
