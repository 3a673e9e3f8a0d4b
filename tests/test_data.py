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

from lstm_demo import series
from lstm_demo.lessons import how_far_back, is_it_any_good, masks_and_flags, memory_or_not, real_names, the_price

ROOT = Path(__file__).resolve().parents[1]
LOADERS = {
    "edge.csv": how_far_back.edge.stored,
    "flags.csv": masks_and_flags.recall.stored,
    "four_labels.csv": series.four_labels,
    "lags.csv": how_far_back.cliff.stored,
    "name_scores.csv": real_names.score.stored,
    "name_stream.csv": real_names.foretell.stored,
    "race.csv": the_price.race_rows,
    "unicode_names.csv": series.unicode_names,
    "vowel_scores.csv": is_it_any_good.score.stored,
    "vowels.csv": series.japanese_vowels,
    "windows.csv": memory_or_not.learn_echo.stored,
}
OURS, UNICODE, BY = "ours, CC0 1.0", "Unicode License V3", "CC BY 4.0"
LICENCES = {
    "edge.csv": OURS,
    "flags.csv": OURS,
    "four_labels.csv": OURS,
    "unicode_names.csv": UNICODE,
    "lags.csv": OURS,
    "race.csv": OURS,
    "name_scores.csv": OURS,
    "name_stream.csv": OURS,
    "name_net.npz": OURS,
    "name_stream.npz": OURS,
    "vowel_scores.csv": OURS,
    "vowel_net.npz": OURS,
    "vowels.csv": BY,
    "windows.csv": OURS,
}
each_file = pytest.mark.parametrize("name", LOADERS)
SUMS = dict(reversed(line.split()) for line in (ROOT / "data" / "SHA256SUMS").read_text().splitlines())
each_listed = pytest.mark.parametrize("name", SUMS)


@pytest.fixture(scope="module")
def counted():
    """(code point, name, category) of all that should be in the file, straight from Python."""
    found = []
    for code_point in range(0x110000):
        try:
            name = unicodedata.ucd_3_2_0.name(chr(code_point))
        except ValueError:  # no name
            continue
        if not re.match("CJK|HANGUL SYLLABLE|YI SYLLABLE", name):
            found.append((code_point, name, unicodedata.ucd_3_2_0.category(chr(code_point))))
    return found


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the data, where a test may do harm, and the only place where series looks."""
    for name in (*LOADERS, "SHA256SUMS"):
        shutil.copy(ROOT / "data" / name, tmp_path)
    monkeypatch.setattr(series, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    return tmp_path


# --- what the files hold ---------------------------------------------------------------------------------------------


def test_the_script_rebuilds_the_file_byte_for_byte():
    assert make_unicode_names.contents() == (ROOT / "data" / "unicode_names.csv").read_bytes()


def test_the_file_is_what_python_says_in_code_point_order(counted):
    text = (ROOT / "data" / "unicode_names.csv").read_bytes().decode("ascii")
    header, *lines = text.removesuffix("\n").split("\n")
    assert header == "code_point,name,category"
    assert lines == [f"{code_point:X}".rjust(4, "0") + f",{name},{category}" for code_point, name, category in counted]


def test_the_numbers_that_the_lessons_quote(counted):
    names = [name for _, name, _ in counted]
    lengths = [len(name) for name in names]
    assert len(names) == len(set(names)) == 11_606
    assert (min(lengths), max(lengths)) == (3, 83)
    assert np.percentile(lengths, [5, 50, 95]).tolist() == [13, 27, 47]
    assert set("".join(names)) == set(series.ALPHABET)
    assert len(series.ALPHABET) == 38


def test_the_eight_classes_group_the_categories_as_the_lessons_say(counted):
    _, categories, names = series.unicode_names()
    assert names == [name for _, name, _ in counted]
    of_pair = {"Lu": "upper", "Lt": "upper", "Ll": "lower", "Lo": "other letter", "Lm": "other letter"}
    of_initial = {"M": "mark", "N": "number", "P": "punctuation", "S": "symbol", "C": "other", "Z": "other"}
    expected = [of_pair.get(pair) or of_initial[pair[0]] for _, _, pair in counted]
    assert [series.CATEGORIES[category] for category in categories] == expected


def test_the_classes_are_as_large_as_data_readme_says(counted):
    sizes = np.bincount(series.unicode_names()[1], minlength=8).tolist()
    assert sizes == [1216, 1350, 3956, 653, 536, 361, 3383, 151]
    assert sum(sizes) == len(counted)
    assert max(sizes) / sum(sizes) == pytest.approx(0.341, abs=5e-4)  # what guessing "other letter" scores
    rows = re.findall(r"^\| (\d) \| ([a-z ]+) \| ([A-Za-z ]+) \| ([\d,]+)", readme(), re.MULTILINE)
    pairs = Counter(pair for _, _, pair in counted)
    assert [(int(k), name) for k, name, _, _ in rows] == list(enumerate(series.CATEGORIES))
    assert [int(size.replace(",", "")) for _, _, _, size in rows] == sizes
    assert [sum(pairs[pair] for pair in listed.split()) for _, _, listed, _ in rows] == sizes


def test_four_labels_is_written_plainly():
    lines = (ROOT / "data" / "four_labels.csv").read_bytes().decode("ascii").split("\n")
    assert lines[0] == "label,step,value"
    assert lines[-1] == ""
    steps = [tuple(map(int, line.split(",")[:2])) for line in lines[1:-1]]
    assert steps == [(label, step) for label, size in enumerate([2, 3, 4, 2]) for step in range(size)]
    assert all(re.fullmatch(r"\d,\d,-?\d\.\d", line) for line in lines[1:-1])


def test_the_vowels_are_the_table_and_the_table_is_what_the_source_says():
    ragged, speakers, training = series.japanese_vowels()
    rows = [line.split(",") for line in (ROOT / "data" / "vowels.csv").read_text(encoding="ascii").splitlines()[1:]]
    cells = np.concatenate(ragged)
    assert [[f"{number:g}" for number in cells[k]] for k in (0, 5000, 9960)] == [
        [f"{float(number):g}" for number in rows[k][2:14]] for k in (0, 5000, 9960)
    ]
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


def readme():
    return (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_every_file_of_data_is_listed_and_every_table_has_a_loader():
    assert {path.name for path in (ROOT / "data").iterdir()} == {"README.md", "SHA256SUMS", *SUMS}
    assert {name for name in SUMS if name.endswith(".csv")} == set(LOADERS)


@each_listed
def test_a_file_has_the_checksum_that_is_listed(name):
    assert hashlib.sha256((ROOT / "data" / name).read_bytes()).hexdigest() == SUMS[name]


def contents(name):
    """(how many rows or arrays, the line that says what they hold, and what has to be explained one by one)."""
    path = ROOT / "data" / name
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return len(file.files), "arrays of float32", file.files
    header, *rows = path.read_text(encoding="ascii").splitlines()
    return len(rows), header, header.split(",")


@each_listed
def test_the_readme_says_what_a_file_is_and_may_be_used_for(name):
    section = readme().split(f"\n## {name}\n")[1].split("\n## ")[0]
    size, header, parts = contents(name)
    row = re.search(rf"^\| `{re.escape(name)}` \| {size:,} \| `{re.escape(header)}` \| .* \| (.*) \|$", readme(), re.M)
    assert row[1] == LICENCES[name]
    assert all(f"\n- `{part}`: " in section for part in parts)
    assert "\nProvenance: " in section
    licence = re.search(r"^Licence: (.*)", section, re.M)[1]
    assert {OURS: "CC0 1.0", UNICODE: "Unicode License V3", BY: "CC BY 4.0"}[LICENCES[name]] in licence


@pytest.mark.parametrize("name", [name for name in SUMS if name.endswith(".npz")])
def test_stored_weights_say_what_they_were_trained_on_and_fit_their_net(name):
    """No loader of series reads them: lstm_demo.keep does, and refuses what is damaged."""
    from lstm_demo import keep
    from lstm_demo.lessons.real_names import NameNet, NameStream
    from lstm_demo.lessons.your_own_data import SpeakerNet

    nets = {"name_net.npz": NameNet, "name_stream.npz": NameStream, "vowel_net.npz": SpeakerNet}
    of = "utterances of `vowels.csv`" if nets[name] is SpeakerNet else "names of `unicode_names.csv`"
    assert f"trained on the {of}" in readme().split(f"\n## {name}\n")[1].split("\n## ")[0]
    assert keep.load(nets[name](), ROOT / "data" / name)
    assert (ROOT / "data" / name).stat().st_size < 500_000


def test_the_unicode_notice_stands_in_the_readme_to_the_letter():
    notice = re.search(r"```\n(UNICODE LICENSE V3\n.*?)```", readme(), re.DOTALL)[1]
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
    ("harm", "message"),
    [
        (lambda text: text, ""),
        (lambda text: text.replace(b"\n", b"\r\n"), "unicode_names.csv has CRLF line endings"),
        (lambda text: text.replace(b"EXCLAMATION", b"EXCLAMATI0N"), "differs from Python's table, first in line 3;"),
        (lambda text: text[:-4], "differs from Python's table, first in line 11607;"),
        (lambda text: text[:-1], "differs from Python's table, first in line 11607;"),
        (lambda text: text + b"x", "differs from Python's table, first in line 11608;"),
        (lambda text: text + b"\n", "differs from Python's table, first in line 11608;"),
        (lambda text: b"", "differs from Python's table, first in line 1;"),
        (None, "unicode_names.csv is missing"),
    ],
)
def test_check_says_what_is_wrong_and_writes_nothing(tmp_path, monkeypatch, capsys, harm, message):
    target = tmp_path / "unicode_names.csv"
    harmed = harm and harm((ROOT / "data" / "unicode_names.csv").read_bytes())
    if harm:
        target.write_bytes(harmed)
    main = make_unicode_names.main
    monkeypatch.setattr(make_unicode_names, "TARGET", target)
    assert main(["--check"]) == (1 if message else 0)
    assert message in capsys.readouterr().err
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([harmed] if harm else [])
    assert main([]) == 0
    assert main(["--check"]) == 0


# --- refusals --------------------------------------------------------------------------------------------------------


def flip_a_bit(content):
    return content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]


HARMS = {
    "truncated": lambda content: content[: len(content) // 2],
    "last line end lost": lambda content: content[:-1],
    "one row lost": lambda content: content[: content[:-1].rindex(b"\n") + 1],
    "bit flipped": flip_a_bit,
    "row added": lambda content: content + content.splitlines(keepends=True)[-1],
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "not text": lambda content: b"\xff\x00" * 9,
    "empty": lambda content: b"",
    "the other file": lambda content: (ROOT / "data" / "README.md").read_bytes(),
}


@each_file
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_an_altered_file_is_refused_by_name_and_never_half_read(copied, name, harm):
    content = harm((copied / name).read_bytes())
    (copied / name).write_bytes(content)
    got = hashlib.sha256(content).hexdigest()[:16]
    with pytest.raises(ValueError, match=re.escape(name)) as refusal:
        LOADERS[name]()
    message = str(refusal.value)
    assert f"written for, sha256 {SUMS[name][:16]}..., got {got}... ({len(content):,} bytes in" in message
    assert str(copied / name) in message
    assert f"git checkout -- data/{name}" in message
    assert ("make_unicode_names.py rebuilds it" in message) == (name == "unicode_names.csv")
    assert "CRLF" not in message


@each_file
def test_line_endings_that_were_converted_are_refused_and_named(copied, name):
    (copied / name).write_bytes((copied / name).read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(ValueError, match=f"{name}.* its line endings are CRLF, expected LF; .*git checkout"):
        LOADERS[name]()


@each_file
def test_a_missing_file_is_named_with_where_it_was_sought_and_the_cure(copied, name):
    (copied / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"data file '{name}' is missing: looked in ") as refusal:
        LOADERS[name]()
    message = str(refusal.value)
    assert f"{copied / 'nowhere'} and {copied}; " in message
    assert f"git checkout -- data/{name} brings it back" in message
    assert ("python scripts/make_unicode_names.py" in message) == (name == "unicode_names.csv")
    other = next(known for known in LOADERS if known != name)
    assert LOADERS[other]()  # a missing neighbour is no reason to refuse this one


def test_data_file_takes_the_clone_first_and_the_installed_package_second(copied):
    assert series.data_file("four_labels.csv") == copied / "four_labels.csv"
    (copied / "nowhere").mkdir()
    shutil.copy(copied / "four_labels.csv", copied / "nowhere")
    assert series.data_file("four_labels.csv") == copied / "nowhere" / "four_labels.csv"


@pytest.mark.parametrize("name", ["", ".", "no_such_table.csv"])
def test_data_file_hands_out_files_only(name):
    with pytest.raises(FileNotFoundError, match=re.escape(f"data file {name!r} is missing")):
        series.data_file(name)


# --- found from anywhere ---------------------------------------------------------------------------------------------


def load_elsewhere(package_parent, cwd):
    """Both loaders in a fresh Python that stands in `cwd`: the folder where it found the data."""
    code = (
        "from lstm_demo import series\n"
        "assert len(series.four_labels()[0]) == 4 and len(series.unicode_names()[0]) == 11606\n"
        "print(series.data_file('unicode_names.csv').parent)"
    )
    environment = {**os.environ, "PYTHONPATH": str(package_parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def test_the_loaders_work_from_another_directory(tmp_path):
    assert load_elsewhere(ROOT, tmp_path) == ROOT / "data"


@pytest.mark.parametrize("inside", [True, False], ids=["wheel", "clone"])
def test_the_loaders_find_data_inside_an_installed_package_and_beside_a_cloned_one(tmp_path, inside):
    package = tmp_path / "lstm_demo"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("series.py", "refusal.py"):  # series needs no other neighbour
        shutil.copy(Path(series.__file__).with_name(name), package)
    folder = package / "data" if inside else tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    assert load_elsewhere(tmp_path, ROOT / "tests") == folder.resolve()
