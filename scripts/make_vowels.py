"""Write data/vowels.csv, one table as a user would bring it, from the two files that aeon 1.6.0 packs (BSD-3).

    python scripts/make_vowels.py FOLDER     a folder with JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts

In those files a line is an utterance: twelve coefficients and the speaker parted by colons, the steps by commas.
"""

import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "vowels.csv"
COLUMNS = ["utterance", "step", *(f"c{k}" for k in range(1, 13)), "speaker", "split"]


def utterances(lines):
    """Yield the steps of each utterance, every one as twelve numbers in the words of the file, and its speaker."""
    for line in lines:
        if line.strip() and line[0] not in "#@":
            *coefficients, speaker = line.strip().split(":")
            yield list(zip(*(one.split(",") for one in coefficients), strict=True)), speaker


def table(train, test):
    """Yield the rows of the table, its header first, from the lines of both files."""
    yield COLUMNS
    parts = [(split, one) for split, lines in (("train", train), ("test", test)) for one in utterances(lines)]
    for utterance, (split, (steps, speaker)) in enumerate(parts):
        for step, numbers in enumerate(steps):
            yield [str(utterance), str(step), *numbers, speaker, split]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    files = [(folder / f"JapaneseVowels_{split}.ts").read_text().splitlines() for split in ("TRAIN", "TEST")]
    TARGET.write_text("".join(",".join(row) + "\n" for row in table(*files)), newline="\n")
