"""The files of data/: counted again, explained and licensed, refused where a byte differs, and found."""

import hashlib
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import make_unicode_names
import numpy as np
import pytest
import sweep

from lstm_demo import series
from lstm_demo.lessons import the_price

DATA = Path(__file__).resolve().parents[1] / "data"
LOADERS = {name: table.stored for name, table in sweep.tables().items()} | {
    "four_labels.csv": series.four_labels,
    "race.csv": the_price.race_rows,
    "unicode_names.csv": series.unicode_names,
    "vowels.csv": series.japanese_vowels,
}
README = (DATA / "README.md").read_text(encoding="utf-8")
SUMS = dict(reversed(line.split()) for line in (DATA / "SHA256SUMS").read_text().splitlines())


def lines(name):
    """The cells of a table, its header first."""
    return [line.split(",") for line in (DATA / name).read_text(encoding="ascii").splitlines()]


def test_the_script_writes_the_names_from_python_alone_and_prints_their_checksum(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_unicode_names, "TARGET", tmp_path / "unicode_names.csv")
    make_unicode_names.main()
    assert (tmp_path / "unicode_names.csv").read_bytes() == (DATA / "unicode_names.csv").read_bytes()
    assert capsys.readouterr().out == f"{SUMS['unicode_names.csv']}  unicode_names.csv\n"


def test_the_eight_classes_group_the_categories_and_are_as_large_as_the_readme_says():
    table = re.findall(r"^\| \d \| ([a-z ]+) \| ([A-Za-z ]+) \| ([\d,]+)", README, re.MULTILINE)
    class_of = {pair: name for name, pairs, _ in table for pair in pairs.split()}
    expected = [class_of[pair] for _, _, pair in lines("unicode_names.csv")[1:]]
    assert Counter(expected) == {name: int(size.replace(",", "")) for name, _, size in table}
    assert [series.CATEGORIES[category] for category in series.unicode_names()[1]] == expected


def test_the_vowels_are_the_table_and_the_table_is_what_the_source_says():
    ragged, speakers, training = series.japanese_vowels()
    rows = lines("vowels.csv")[1:]
    assert np.array_equal(np.concatenate(ragged), np.array([row[2:14] for row in rows], float))
    assert [len(one) for one in ragged] == list(Counter(row[0] for row in rows).values())
    # The sizes of the two files as their authors give them, speaker by speaker.
    assert np.bincount(speakers[training]).tolist() == [30] * 9
    assert np.bincount(speakers[~training]).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]


# --- provenance, licence, checksums ----------------------------------------------------------------------------------


def test_every_file_of_data_is_listed_with_its_checksum_and_every_table_has_a_loader():
    files = [path for path in DATA.iterdir() if path.name not in ("README.md", "SHA256SUMS")]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == SUMS
    assert {name for name in SUMS if name.endswith(".csv")} == set(LOADERS)


@pytest.mark.parametrize("name", SUMS)
def test_the_readme_says_what_a_file_is_and_may_be_used_for(name):
    row = re.search(rf"^\| `{re.escape(name)}` \| ([\d,]+) \| `(.*?)` \| .* \| (.*) \|$", README, re.MULTILINE)
    size, columns, licence = row.groups()
    section = README.split(f"\n## {name}\n")[1].split("\n## ")[0]
    explained = re.findall("^- `(.*?)`: ", section, re.MULTILINE)
    if name.endswith(".csv"):
        header, *rows = lines(name)
        assert (header, f"{len(rows):,}", ",".join(header)) == (explained, size, columns)
    else:
        arrays = np.load(DATA / name, allow_pickle=False).files
        assert (arrays, f"{len(arrays)}", "arrays of float32") == (explained, size, columns)
    assert "\nProvenance: " in section
    assert licence.removeprefix("ours, ") in re.search("^Licence: (.*)", section, re.MULTILINE)[1]


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the data, where a test may do harm, and the only place where series looks."""
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(series, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new"), [*((name, b",", b";") for name in LOADERS), ("vowels.csv", b"\n", b"\r\n")]
)
def test_an_altered_file_is_refused_by_name_with_both_checksums_and_the_cure(copied, name, old, new):
    content = (copied / name).read_bytes().replace(old, new)
    (copied / name).write_bytes(content)
    sums = f"sha256 {SUMS[name][:16]}..., got {hashlib.sha256(content).hexdigest()[:16]}... "
    hint = "its line endings are CRLF, expected LF; " if new == b"\r\n" else ""
    cure = f"({len(content):,} bytes in {copied / name}); {hint}in a clone git checkout -- data/{name} brings it back"
    with pytest.raises(ValueError, match=f"^data file '{name}': expected .*{re.escape(sums + cure)}"):
        LOADERS[name]()


def test_a_missing_file_is_named_with_where_it_was_sought_and_the_cure(copied):
    (copied / "vowels.csv").unlink()
    said = f"data file 'vowels.csv' is missing: looked in {copied / 'nowhere'} and {copied}; in a clone git checkout"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(said)} -- data/vowels.csv brings it back"):
        series.japanese_vowels()


def test_a_wheel_has_the_data_where_it_is_looked_for_beside_the_clone():
    wheel = tomllib.loads((DATA.parent / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert [*series.FOLDERS] == [DATA, DATA.parent / wheel["sources"]["data"]]
