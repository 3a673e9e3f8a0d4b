"""Rebuild data/unicode_names.csv from the Unicode 3.2 table that every Python carries.

    python scripts/make_unicode_names.py    write the file and print its checksum line

`unicodedata.ucd_3_2_0` is frozen, so any Python on any machine writes the same bytes. Standard library only.
"""

import hashlib
import sys
from pathlib import Path
from unicodedata import ucd_3_2_0

TARGET = Path(__file__).resolve().parents[1] / "data" / "unicode_names.csv"
# Tens of thousands of names that only count upwards (CJK UNIFIED IDEOGRAPH-4E00, ...) would drown all others.
LEFT_OUT = ("CJK", "HANGUL SYLLABLE", "YI SYLLABLE")


def contents():
    """The file, bytes: `0041,LATIN CAPITAL LETTER A,Lu` and its like for every named character, in code-point order."""
    lines = ["code_point,name,category"]
    for code_point in range(sys.maxunicode + 1):
        name = ucd_3_2_0.name(chr(code_point), "")
        if name and not name.startswith(LEFT_OUT):  # no name holds a comma or a quote: nothing to escape
            lines.append(f"{code_point:04X},{name},{ucd_3_2_0.category(chr(code_point))}")
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def main():
    TARGET.write_bytes(contents())
    print(f"{hashlib.sha256(TARGET.read_bytes()).hexdigest()}  {TARGET.name}")  # the form of data/SHA256SUMS


if __name__ == "__main__":
    main()
