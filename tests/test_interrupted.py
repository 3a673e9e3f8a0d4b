"""Interrupted work: what was learnt stays there. A save that is cut short is judged in test_keep.py."""

import os
import re
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parent.parent


TRAINING = """
import torch
from lstm_demo import keep
net = torch.nn.Linear(1, 1)
before = net.weight.item()
def loss_of(chosen):
    print("batch", flush=True)
    return (net(chosen[:, None].float()) - 3).square().mean()
keep.fit([net], loss_of, 5, steps=10**9)
"""
AFTER = """
assert net.weight.item() != before and torch.isfinite(net.weight).all()
print(len(keep.fit([net], lambda chosen: net(chosen[:, None].float()).square().mean(), 5, steps=2)), "more")
"""


@pytest.fixture
def kernel(tmp_path):
    """(manager, client) of a live kernel, as a notebook has one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path)}
    manager, client = start_new_kernel(startup_timeout=60, env=environment)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_training_cell_stopped_by_the_stop_button_leaves_the_kernel_and_its_net(kernel):
    manager, client = kernel
    said = []

    def stop_it_once_it_runs(message):
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])
            if len(said) == 3:
                manager.interrupt_kernel()

    told = client.execute_interactive(TRAINING, output_hook=stop_it_once_it_runs, timeout=60)
    assert (told["content"]["status"], told["content"]["ename"]) == ("error", "KeyboardInterrupt")
    told = client.execute_interactive(AFTER, output_hook=stop_it_once_it_runs, timeout=60)
    assert (told["content"]["status"], said[-1]) == ("ok", "2 more\n")


@pytest.mark.parametrize("target", ["lab", "test"])
def test_where_the_clone_cannot_be_written_to_make_says_what_to_do(target):
    makefile = (ROOT / "Makefile").read_text()
    assert "$(WRITABLE)" in re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    assert all("copy the clone" in text for text in (makefile, (ROOT / "scripts/make_env.py").read_text()))
