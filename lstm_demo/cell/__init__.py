"""The LSTM in NumPy, to be read: one step, a run over a grid, and its gradients.

Each step of a run goes **reset, read, hold**, in this order: where `resets`, the state becomes zero; the cell reads x;
where not `mask`, the new state is dropped and the old one held.

Source of the equations: S. Hochreiter, J. Schmidhuber, Long short-term memory, Neural Computation 9(8), 1997; of the
forget gate: F. Gers, J. Schmidhuber, F. Cummins, Learning to forget, Neural Computation 12(10), 2000. The order of the
gates (i, f, g, o) and the shapes of the weights are torch.nn.LSTM's; the two biases there are one here, their sum.
"""

from .backward import backward
from .forward import read, run, step
from .values import Gates, Grads, Params, State, Trace, counting_params, init_params

__all__ = [
    "Gates",
    "Grads",
    "Params",
    "State",
    "Trace",
    "backward",
    "counting_params",
    "init_params",
    "read",
    "run",
    "step",
]
