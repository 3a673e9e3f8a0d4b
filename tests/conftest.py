"""One thread and the same examples every time: a law that fails here fails everywhere."""

import torch
from hypothesis import settings

torch.set_num_threads(1)
torch.manual_seed(0)
settings.register_profile("laws", max_examples=50, deadline=None, derandomize=True, database=None)
settings.load_profile("laws")
