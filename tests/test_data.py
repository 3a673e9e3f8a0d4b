"""The files of data/: rebuilt and recounted from Python's own tables, refused where a byte differs, found anywhere."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import make_unicode_names
import make_vowels
import numpy as np
import pytest
import sweep

from lstm_demo import series
from lstm_demo.lessons import the_price

ROOT = Path(__file__).resolve().parents[1]
LOADERS = {name: table.stored for name, table in sweep.tables().items()} | {
    "four_labels.csv": series.four_labels,
    "race.csv": the_price.race_rows,
    "unicode_names.csv": series.unicode_names,
    "vowels.csv": series.japanese_vowels,
}
OURS, UNICODE, BY = "ours, CC0 1.0", "Unicode License V3", "CC BY 4.0"
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
SUMS = dict(reversed(line.split()) for line in (ROOT / "data" / "SHA256SUMS").read_text().splitlines())
LICENCES = dict.fromkeys(SUMS, OURS) | {"unicode_names.csv": UNICODE, "vowels.csv": BY}


@pytest.fixture(scope="module")
def counted():
    """(code point, name, category) of all that should be in the file, straight from Python."""
    table = unicodedata.ucd_3_2_0
    named = [(code, table.name(chr(code), ""), table.category(chr(code))) for code in range(0x110000)]
    return [one for one in named if one[1] and not re.match("CJK|HANGUL SYLLABLE|YI SYLLABLE", one[1])]


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the data, where a test may do harm, and the only place where series looks."""
    for name in (*LOADERS, "SHA256SUMS"):
        shutil.copy(ROOT / "data" / name, tmp_path)
    monkeypatch.setattr(series, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    return tmp_path


# --- what the files hold ---------------------------------------------------------------------------------------------


def test_the_names_are_what_python_says_in_code_point_order_and_have_the_numbers_that_the_lessons_quote(counted):
    header, *lines = (ROOT / "data" / "unicode_names.csv").read_text(encoding="ascii").splitlines()
    assert header == "code_point,name,category"
    assert lines == [f"{code:X}".rjust(4, "0") + f",{name},{category}" for code, name, category in counted]
    codes, _, names = series.unicode_names()
    lengths = [*map(len, codes)]
    assert names == [name for _, name, _ in counted]
    assert len(names) == len(set(names)) == 11_606
    assert (min(lengths), max(lengths)) == (3, 83)
    assert np.percentile(lengths, [5, 50, 95]).tolist() == [13, 27, 47]
    assert set("".join(names)) == set(series.ALPHABET)


def test_the_eight_classes_group_the_categories_as_the_lessons_say_and_are_as_large_as_the_readme_says(counted):
    _, categories, _ = series.unicode_names()
    of_pair = {"Lu": "upper", "Lt": "upper", "Ll": "lower", "Lo": "other letter", "Lm": "other letter"}
    of_initial = {"M": "mark", "N": "number", "P": "punctuation", "S": "symbol", "C": "other", "Z": "other"}
    expected = [of_pair.get(pair) or of_initial[pair[0]] for _, _, pair in counted]
    assert [series.CATEGORIES[category] for category in categories] == expected
    sizes = np.bincount(categories, minlength=8).tolist()
    assert max(sizes) / sum(sizes) == pytest.approx(0.341, abs=5e-4)  # what guessing "other letter" scores
    rows = re.findall(r"^\| (\d) \| ([a-z ]+) \| ([A-Za-z ]+) \| ([\d,]+)", README, re.MULTILINE)
    pairs = Counter(pair for _, _, pair in counted)
    assert [(int(k), name) for k, name, _, _ in rows] == list(enumerate(series.CATEGORIES))
    assert [int(size.replace(",", "")) for _, _, _, size in rows] == sizes
    assert [sum(pairs[pair] for pair in listed.split()) for _, _, listed, _ in rows] == sizes


def test_the_vowels_are_the_table_and_the_table_is_what_the_source_says():
    ragged, speakers, training = series.japanese_vowels()
    rows = [line.split(",") for line in (ROOT / "data" / "vowels.csv").read_text(encoding="ascii").splitlines()[1:]]
    assert np.array_equal(np.concatenate(ragged), np.array([row[2:14] for row in rows], float))
    lengths = [len(one) for one in ragged]
    assert lengths == list(Counter(row[0] for row in rows).values())
    assert (min(lengths), max(lengths), len(ragged), training.sum()) == (7, 29, 640, 270)
    # The sizes of the two files as their authors give them, speaker by speaker.
    assert np.bincount(speakers[training]).tolist() == [30] * 9
    assert np.bincount(speakers[~training]).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]


def test_the_script_turns_a_line_of_the_source_into_rows_of_the_table():
    train = ["@data", ":".join([*(f"{k}.5,{k}.25" for k in range(12)), "3"])]
    header, *rows = make_vowels.table(train, ["# none"])
    assert header == make_vowels.COLUMNS
    assert rows == [
        ["0", str(step), *(f"{k}{part}" for k in range(12)), "3", "train"] for step, part in ((0, ".5"), (1, ".25"))
    ]


# --- provenance, licence, checksums ----------------------------------------------------------------------------------


def test_every_file_of_data_is_listed_with_its_checksum_and_every_table_has_a_loader():
    files = [path for path in (ROOT / "data").iterdir() if path.name not in ("README.md", "SHA256SUMS")]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == SUMS
    assert {name for name in SUMS if name.endswith(".csv")} == set(LOADERS)


def contents(name):
    """(how many rows or arrays, the line that says what they hold, and what has to be explained one by one)."""
    path = ROOT / "data" / name
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return len(file.files), "arrays of float32", file.files
    header, *rows = path.read_text(encoding="ascii").splitlines()
    return len(rows), header, header.split(",")


@pytest.mark.parametrize("name", SUMS)
def test_the_readme_says_what_a_file_is_and_may_be_used_for(name):
    section = README.split(f"\n## {name}\n")[1].split("\n## ")[0]
    size, header, parts = contents(name)
    row = re.search(rf"^\| `{re.escape(name)}` \| {size:,} \| `{re.escape(header)}` \| .* \| (.*) \|$", README, re.M)
    assert row[1] == LICENCES[name]
    assert all(f"\n- `{part}`: " in section for part in parts)
    assert "\nProvenance: " in section
    licence = re.search(r"^Licence: (.*)", section, re.M)[1]
    assert {OURS: "CC0 1.0", UNICODE: "Unicode License V3", BY: "CC BY 4.0"}[LICENCES[name]] in licence


def test_the_unicode_notice_stands_in_the_readme_to_the_letter():
    notice = re.search(r"```\n(UNICODE LICENSE V3\n.*?)```", README, re.DOTALL)[1]
    digest = "e7a93b009565cfce55919a381437ac4db883e9da2126fa28b91d12732bc53d96"  # of Unicode's own license.txt of 2026
    assert hashlib.sha256(notice.encode()).hexdigest() == digest


# --- the script ------------------------------------------------------------------------------------------------------


def test_the_script_runs_anywhere_and_prints_the_checksum_line(tmp_path):
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "data").mkdir()
    # -I -S: the standard library alone, whatever is installed.
    command = [sys.executable, "-I", "-S", str(tmp_path / "scripts" / "make_unicode_names.py")]
    done = subprocess.run(command, cwd=tmp_path.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [SUMS["unicode_names.csv"], "unicode_names.csv"]
    assert done.stderr == ""
    assert (tmp_path / "data" / "unicode_names.csv").read_bytes() == (ROOT / "data/unicode_names.csv").read_bytes()


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (b"1\n2\n", ""),
        (b"1\r\n2\r\n", "unicode_names.csv has CRLF line endings"),
        (b"1\n3\n", "differs from Python's table, first in line 2;"),
        (b"1\n", "differs from Python's table, first in line 2;"),
        (b"1\n2\n\n", "differs from Python's table, first in line 3;"),
        (None, "unicode_names.csv is missing"),
    ],
)
def test_check_says_what_is_wrong_and_writes_nothing(tmp_path, monkeypatch, capsys, found, message):
    target, main = tmp_path / "unicode_names.csv", make_unicode_names.main
    monkeypatch.setattr(make_unicode_names, "TARGET", target)
    monkeypatch.setattr(make_unicode_names, "contents", lambda: b"1\n2\n")
    if found:
        target.write_bytes(found)
    assert main(["--check"]) == (1 if message else 0)
    assert message in capsys.readouterr().err
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([found] if found else [])
    assert main([]) == main(["--check"]) == 0


# --- refusals --------------------------------------------------------------------------------------------------------


HARMS = {
    "truncated": lambda content: content[: len(content) // 2],
    "bit flipped": lambda content: content[:-3] + bytes([content[-3] ^ 1]) + content[-2:],
    "not text": lambda content: b"\xff\x00" * 9,
    "line ends converted": lambda content: content.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("harm", HARMS)
def test_an_altered_file_is_refused_by_name_and_never_half_read(copied, name, harm):
    content = HARMS[harm]((copied / name).read_bytes())
    (copied / name).write_bytes(content)
    got = hashlib.sha256(content).hexdigest()[:16]
    with pytest.raises(ValueError, match=re.escape(name)) as refusal:
        LOADERS[name]()
    message, size = str(refusal.value), f"{len(content):,} bytes in {copied / name}"
    assert f"written for, sha256 {SUMS[name][:16]}..., got {got}... ({size}" in message
    assert f"git checkout -- data/{name}" in message
    assert ("make_unicode_names.py rebuilds it" in message) == (name == "unicode_names.csv")
    assert ("its line endings are CRLF, expected LF; " in message) == (harm == "line ends converted")


@pytest.mark.parametrize("name", ["four_labels.csv", "unicode_names.csv", ""])
def test_a_missing_file_is_named_with_where_it_was_sought_and_the_cure(copied, name):
    (copied / (name or "vowels.csv")).unlink()
    with pytest.raises(FileNotFoundError, match=f"data file '{name}' is missing: looked in ") as refusal:
        LOADERS.get(name, lambda: series.data_file(name))()  # a folder is no file
    message = str(refusal.value)
    assert f"{copied / 'nowhere'} and {copied}; " in message
    assert f"git checkout -- data/{name} brings it back" in message
    assert ("python scripts/make_unicode_names.py" in message) == (name == "unicode_names.csv")


# --- found from anywhere ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [True, False], ids=["wheel", "clone"])
def test_the_loaders_find_data_inside_an_installed_package_and_beside_a_cloned_one_from_anywhere(tmp_path, inside):
    package = tmp_path / "lstm_demo"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("series.py", "refusal.py"):  # series needs no other neighbour
        shutil.copy(Path(series.__file__).with_name(name), package)
    folder = package / "data" if inside else tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    code = (
        "from lstm_demo import series\n"
        "assert len(series.four_labels()[0]) == 4 and len(series.unicode_names()[0]) == 11606\n"
        "print(series.data_file('unicode_names.csv').parent)"
    )
    where = {"cwd": ROOT / "tests", "env": {**os.environ, "PYTHONPATH": str(tmp_path)}}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, **where)
    assert Path(done.stdout.strip()) == folder.resolve()
