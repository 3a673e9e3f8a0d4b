"""The lessons as other machines would run them: kernels asked for by name, weights moved by luck, failures listed."""

import nbformat
import run_machines
from nbformat.v4 import new_code_cell, new_notebook

LUCKY = """
import lstm_demo.claims, torch
assert (torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()) == ("DEFAULT", 1)  # of the oldest
def drawn():
    torch.manual_seed(0)
    layers = torch.nn.LSTM(2, 3), torch.nn.Linear(3, 1), torch.nn.Embedding(4, 2)
    ours = torch.from_numpy(lstm_demo.init_params(2, 3).weight_ih)
    return [ours, *(weight for layer in layers for weight in layer.parameters())]
moved = [(one / other - 1).abs().max() for one, other in zip(drawn(), drawn())]
assert 0 < min(moved) and max(moved) < 1e-5
lstm_demo.claims.watch()
"""


def test_a_run_with_luck_moves_each_drawn_weight_by_a_millionth_and_lists_each_cell_that_fails(tmp_path, capsys):
    sources = LUCKY, "assert 1 > 2\nprint('on')", "1 / 0", "print('end')"
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    nbformat.write(notebook, tmp_path / "00_tiny.ipynb")
    jobs = [(("oldest", run_machines.environment("oldest", 1), 1), tmp_path / "00_tiny.ipynb")]
    assert run_machines.report(jobs, 1) == 1
    _, claim, error, _ = (cell.id for cell in notebook.cells)
    told = capsys.readouterr().out
    assert f"oldest: 00_tiny, cell {claim}\n    ✗ This claim does not hold here: 1 > 2" in told
    assert f"cell {error}\n    ZeroDivisionError" in told
    assert run_machines.report([], 1) == 1  # nothing of what was asked for is there
