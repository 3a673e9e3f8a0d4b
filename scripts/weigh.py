"""What is in an environment, how large it is, and why it is there: a table for a page."""

import re
from importlib.metadata import Distribution

import make_budgets
import page_table
from packaging.requirements import Requirement

KEY, TOP = "package", 20


def write_down(venv, page, wanted):
    """Put the largest packages of an environment into the page, with the chain by which each was asked for."""
    sizes, chains = package_sizes(venv), reasons(venv, [canonical(re.match(r"[\w-]+", line)[0]) for line in wanted])
    largest = sorted(sizes, key=sizes.get, reverse=True)[:TOP]
    others, all_of_it = len(sizes) - len(largest), make_budgets.bytes_below(venv)
    rows = {name: (sizes[name], chains.get(name, "what installs the others")) for name in largest}
    rows[f"{others} smaller packages"] = (sum(sizes.values()) - sum(sizes[name] for name in largest), "")
    rows["compiled bytecode, and the environment itself"] = (all_of_it - sum(sizes.values()), "")
    rows["all"] = (all_of_it, f"{len(sizes)} packages")
    size = {name: f"{size / 1e6:.1f}" for name, (size, _) in rows.items()}
    page_table.put(page, KEY, {"MB": size, "why": {name: why for name, (_, why) in rows.items()}})


def distributions(venv):
    path = str(next((venv / "lib").glob("python*/site-packages")))
    return {canonical(one.metadata["Name"]): one for one in Distribution.discover(path=[path])}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def package_sizes(venv):
    """{name: bytes} of the files that each package lists as its own, bytecode left out."""
    return {
        name: sum(file.size or 0 for file in one.files or () if file.suffix != ".pyc")
        for name, one in distributions(venv).items()
    }


def reasons(venv, wanted):
    """{name: 'jupyterlab → httpx → anyio'}: the shortest chain from a wanted package to each."""
    there = distributions(venv)
    chains = {name: name for name in wanted if name in there}
    todo = list(chains)
    for name in todo:  # grows while it is read
        for needed in needs(there[name]):
            if needed in there and needed not in chains:
                chains[needed] = f"{chains[name]} → {needed}"
                todo.append(needed)
    return chains


def needs(distribution):
    """Names of what a package requires without extras, on this machine."""
    lines = [Requirement(line) for line in distribution.requires or ()]
    return [canonical(one.name) for one in lines if one.marker is None or one.marker.evaluate({"extra": ""})]
