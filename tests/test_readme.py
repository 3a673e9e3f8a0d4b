"""The README says what is so: its code runs, its targets exist, its lessons are all there. Links: test_pages.py."""

import re
from pathlib import Path

import lessons
import numpy as np
import pytest
import torch

import lstm_demo as ld

ROOT = Path(__file__).resolve().parent.parent


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_package_in_a_minute_runs_each_series_as_if_alone():
    minute, ragged = re.findall(r"```python\n(.*?)```", page("README.md"), re.DOTALL)
    names = {}
    exec(minute, names)
    for one, hidden in zip(names["series"], names["hidden"], strict=True):
        assert np.abs(ld.run(names["params"], one[None]).h[0] - hidden).max() < 1e-12
    exec(ragged, names)
    for one, out, h in zip(names["series"], names["outputs"], names["final"].h, strict=True):
        alone = names["net"].lstm(torch.tensor(one)[None].float())[0][0]
        assert max((alone - out).abs().max(), (alone[-1] - h).abs().max()) < 1e-6


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_every_target_that_is_named_exists(name):
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z]+)", page(name), re.MULTILINE)) <= targets


def test_the_picture_on_top_has_the_words_of_the_lesson_it_is_from():
    alt, path = re.search(r"!\[([^\]]*)\]\(([^)]*)\)", page("README.md")).groups()
    lesson = lessons.read(f"{Path(path).stem}.ipynb").cells[0].source
    assert f"![{alt}](pictures/{Path(path).name})" in lesson


def test_every_lesson_stands_in_the_table():
    assert re.findall(r"\(notebooks/(\w+\.ipynb)\) \|", page("README.md")) == sorted(lessons.names())
