"""Rebuild data/unicode_names.csv from the Unicode 3.2 table that every Python carries.

    python scripts/make_unicode_names.py            write the file and print its checksum line
    python scripts/make_unicode_names.py --check    only compare: exit status 1 where it differs

`unicodedata.ucd_3_2_0` is frozen, so any Python on any machine writes the same bytes. Standard library only.
"""

import argparse
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


def complaint(path, wanted):
    """What is wrong with the file at `path`, in words; empty where it holds exactly `wanted`."""
    if not path.is_file():
        return f"{path.name} is missing"
    found = path.read_bytes()
    if found == wanted:
        return ""
    if found.replace(b"\r\n", b"\n") == wanted:
        return f"{path.name} has CRLF line endings, where LF is wanted"
    same = next(k for k in range(len(found) + 1) if found[k : k + 1] != wanted[k : k + 1])
    return f"{path.name} differs from Python's table, first in line {found[:same].count(10) + 1}"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if the file is another")
    asked, wanted = parser.parse_args(arguments), contents()
    if not asked.check:
        TARGET.write_bytes(wanted)
    elif wrong := complaint(TARGET, wanted):
        print(f"{wrong}; python scripts/make_unicode_names.py rebuilds it", file=sys.stderr)
        return 1
    print(f"{hashlib.sha256(wanted).hexdigest()}  {TARGET.name}")  # the form of sha256sum, for data/README.md
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
