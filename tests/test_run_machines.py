"""The lessons as other machines would run them: kernels asked for by name, weights moved by luck, failures listed."""

import os
import subprocess
import sys

import nbformat
import run_machines
from nbformat.v4 import new_code_cell, new_notebook

LUCKY = """
import runpy, torch, numpy as np, lstm_demo as ld
from lstm_demo.torch_lstm import StatelessLSTM
def drawn():
    torch.manual_seed(0)
    nets = StatelessLSTM(2, 3), torch.nn.Linear(3, 1), torch.nn.Embedding(4, 2)
    weights = [p.detach().double().numpy() for net in nets for p in net.parameters()]
    return [*weights, *ld.init_params(2, 3)], torch.rand(1).item()
(plain, die), _ = drawn(), runpy.run_path({luck!r})
(moved, same), (again, _) = drawn(), drawn()
print(die == same, min(np.abs(b - a).max() > 0 for a, b in zip(plain, moved) if a.any()),
      max((np.abs(b - a) / np.maximum(np.abs(a), 1e-9)).max() for a, b in zip(plain, moved)) < 1e-5,
      any((b != a).any() for a, b in zip(moved, again)))
"""


def test_luck_moves_every_drawn_weight_by_about_a_millionth_each_time_anew_and_leaves_the_dice_alone():
    env = os.environ | {"LSTM_DEMO_LUCK": "1"}
    code = LUCKY.format(luck=str(run_machines.STARTUP))
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert told.split() == 4 * ["True"]


def test_a_kernel_is_asked_for_by_the_name_its_library_reads_and_nothing_else_asks_for_one(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    for name, kernels in run_machines.MACHINES.items():
        found = run_machines.environment(name, 4)
        assert [found.get(key) for key in run_machines.KERNELS] == list(kernels)
        assert {found[key] for key in run_machines.THREADS} == {"4"}


def test_each_cell_that_fails_is_listed_and_the_run_ends_with_1(tmp_path, capsys):
    sources = ["from lstm_demo import claims\nclaims.watch()", "assert 1 > 2\nprint('on')", "1 / 0", "print('end')"]
    cells = [new_code_cell(source, id=f"cell{k}") for k, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=cells), lesson := tmp_path / "00_tiny.ipynb")
    jobs = [(("oldest, threads 1", run_machines.environment("oldest", 1), 1), lesson)]
    assert run_machines.report(jobs, 1) == 1
    told = capsys.readouterr().out
    assert "oldest, threads 1: 00_tiny, cell cell1\n    ✗ This claim does not hold here: 1 > 2" in told
    assert "cell cell2\n    ZeroDivisionError" in told
    assert "1 runs of a lesson" in told
    assert "2 failing cells" in told
    assert run_machines.report([], 1) == 0


def test_machines_and_lessons_can_be_picked():
    assert [run_machines.wanted(name, []) for name in ("oldest", "03")] == [True, True]
    picked = [run_machines.wanted(name, ["oldest", "03"]) for name in ("oldest", "older", "03", "04")]
    assert picked == [True, False, True, False]
