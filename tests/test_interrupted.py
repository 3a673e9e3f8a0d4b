"""Interrupted work: what is there stays there."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from jupyter_client.manager import start_new_kernel

from lstm_demo import keep

ROOT = Path(__file__).resolve().parent.parent


def interrupting(after):
    """A function that raises KeyboardInterrupt when it is called for the last time of so many."""
    left = iter(range(after))

    def count(*_):
        if next(left, None) is None:
            raise KeyboardInterrupt

    return count


def test_what_was_learnt_before_the_interrupt_is_kept():
    net, stop = torch.nn.Linear(1, 1), interrupting(10)
    before = net.weight.item()

    def loss_of(chosen):
        stop()
        return (net(chosen[:, None].float()) - 3).square().mean()

    with pytest.raises(KeyboardInterrupt):
        keep.fit([net], loss_of, 5, steps=1000)
    assert net.weight.item() != before
    assert np.isfinite(net.weight.item())
    assert len(keep.fit([net], lambda chosen: net(chosen[:, None].float()).square().mean(), 5, steps=2)) == 2


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
    """A client of a live kernel, as a notebook has one."""
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


PROGRAM = """
import sys, torch
from lstm_demo import keep
net = torch.nn.Linear(1000, 1000)
try:
    keep.save(net, sys.argv[1])
except OSError as error:
    print("refused:", error)
"""


def small_files():
    """As on a full disk, a write beyond so many bytes fails: EFBIG in the place of ENOSPC."""
    import resource  # not on Windows

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_checkpoint_that_finds_no_room_leaves_the_old_one_and_no_litter(tmp_path):
    path = tmp_path / "net.npz"
    path.write_bytes(b"the old one")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM, str(path)]
    told = subprocess.run(command, preexec_fn=small_files, env=environment, capture_output=True, text=True, timeout=100)
    assert re.search(r"refused: \[Errno \d+\] File too large", told.stdout), told.stderr
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("net.npz", b"the old one")]


def test_where_the_clone_cannot_be_written_to_make_says_what_to_do():
    text = (ROOT / "Makefile").read_text()
    for target in ("lab", "test"):
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)[1]
        assert "$(WRITABLE)" in recipe
    assert "copy the clone" in text
    assert "copy the clone" in (ROOT / "scripts/make_env.py").read_text()
