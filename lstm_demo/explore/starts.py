"""Fresh weights, as the layers of PyTorch and of Keras begin."""

from ..cell import init_params
from ..refusal import choice, random_seed, whole

STARTS = ("PyTorch", "Keras")


def start_params(start, features, units=16, seed=0):
    """Fresh Params as PyTorch's or Keras' LSTM layer draws them."""
    choice("start", start, STARTS)
    features, units = whole("features", features, at_least=1), whole("units", units, at_least=1)
    seed = random_seed("seed", seed)
    if start == "Keras":
        return init_params(features, units, seed)
    import torch  # only here: the other explorers do without it

    from ..torch_lstm import StatelessLSTM, params_of

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return params_of(StatelessLSTM(features, units).lstm)
