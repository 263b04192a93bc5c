#!/usr/bin/env python3
"""Holds every dependency against deny.toml: its licences, and the crates it bans.

The part of cargo-deny that is needed at every change, without the minutes of building it.
"""

import re
import subprocess
import sys
import tomllib


def packages():
    """Name, version and licence expression of everything that is compiled, for any platform."""
    command = ["cargo", "tree", "--locked", "--edges", "normal,build,dev", "--target", "all", "--prefix", "none", "--format", "{p}|{l}|"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted({tuple(line.split("|")[:2]) for line in listing.splitlines() if "|" in line})


def permitted(expression, allowed):
    """Whether a licence expression can be fulfilled with allowed licences alone."""
    words = re.sub(r"\s+WITH\s+\S+", "", expression).replace("/", " OR ")
    tokens = re.findall(r"[()]|[^\s()]+", words)
    logic = {"(": "(", ")": ")", "OR": "or", "AND": "and"}
    return bool(tokens) and bool(eval(" ".join(logic.get(token, str(token in allowed)) for token in tokens)))


def main():
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    allowed = set(rules["licenses"]["allow"])
    banned = {ban["crate"] for ban in rules["bans"]["deny"]}
    faults = []
    for package, licence in packages():
        name = package.split()[0]
        if name in banned:
            faults.append(f"{package}: banned by deny.toml")
        if not permitted(licence, allowed):
            faults.append(f"{package}: licence {licence or 'unknown'} is not allowed by deny.toml")
    print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
