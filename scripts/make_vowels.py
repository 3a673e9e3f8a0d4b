"""Write data/vowels.csv, one table as a user would bring it, from the two files that aeon 1.6.0 packs (BSD-3).

    python scripts/make_vowels.py FOLDER     a folder with JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts

In those files a line is an utterance: twelve coefficients and the speaker parted by colons, the steps by commas.
"""

import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "vowels.csv"
COLUMNS = ["utterance", "step", *(f"c{k}" for k in range(1, 13)), "speaker", "split"]


def table(train, test):
    """Yield the rows of the table, its header first, from the lines of both files; numbers as the files write them."""
    yield COLUMNS
    lines = [(line.strip(), split) for split, lines in (("train", train), ("test", test)) for line in lines]
    utterances = [(line, split) for line, split in lines if line and line[0] not in "#@"]
    for utterance, (line, split) in enumerate(utterances):
        *coefficients, speaker = line.split(":")
        for step, numbers in enumerate(zip(*(one.split(",") for one in coefficients), strict=True)):
            yield [str(utterance), str(step), *numbers, speaker, split]


if __name__ == "__main__":
    files = [Path(sys.argv[1], f"JapaneseVowels_{split}.ts").read_text().splitlines() for split in ("TRAIN", "TEST")]
    TARGET.write_text("".join(",".join(row) + "\n" for row in table(*files)), newline="\n")
