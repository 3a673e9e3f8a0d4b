"""One thread and the same examples every time: what fails here fails everywhere; and scripts are found by name."""

import gc
import sys
from pathlib import Path

import torch
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
torch.set_num_threads(1)
torch.manual_seed(0)
settings.register_profile("laws", max_examples=50, deadline=None, derandomize=True, database=None)
settings.load_profile("laws")


def pytest_collection_finish():
    """What was imported stays: looked through for garbage again and again, it took a twentieth of the time."""
    gc.freeze()
