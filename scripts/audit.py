"""`make audit`: what can be said about the pinned dependencies.

    python -m scripts.audit               advisories are looked up where their database answers
    python -m scripts.audit --require     and it is an error where it does not

Always, and without a network: every dependency of pyproject.toml is pinned by a lock to a version
that it allows, every pin has hashes, and what is installed here is what the locks say. Then the
pins are looked up in the OSV database (which holds PyPA's, GitHub's and others' advisories).
"""

import argparse
import json
import re
import sys
import tomllib
import urllib.error
import urllib.request
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
OSV = "https://api.osv.dev/v1/querybatch"
TIMEOUT_S = 20
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def main(arguments: list[str]) -> int:
    """Print what is wrong; returns the exit code."""
    parser = argparse.ArgumentParser(description="Audit the pinned dependencies.")
    parser.add_argument("--require", action="store_true", help="fail without a database")
    parser.add_argument("--database", default=OSV, help="URL of OSV's batch query")
    parser.add_argument("--locks", type=Path, default=ROOT / "requirements", help="directory")
    given = parser.parse_args(arguments)
    locks = {name: pins(given.locks / f"{name}.lock") for name in ("server", "dev", "build")}
    wrong = unpinned(locks) + unlike_installed(locks["dev"])
    everything = {pin for lock in locks.values() for pin in lock.items()}
    try:
        known = advisories(sorted(everything), given.database)
        told = f"{len(everything)} pins, no advisory is known for any"
    except (urllib.error.URLError, OSError, ValueError) as error:
        known = []
        told = f"ADVISORIES WERE NOT LOOKED UP: {given.database} does not answer ({error})"
        wrong += [told] if given.require else []
    wrong += known
    for line in wrong:
        print(f"audit: {line}", file=sys.stderr)
    if not wrong:
        print(f"audit: {len(everything)} pins with hashes, as installed; {told}")
    return int(bool(wrong))


def pins(lock: Path) -> dict[str, str]:
    """The versions of a lock file.

    Raises:
        SystemExit: a line of it is no pin with a hash.
    """
    text = lock.read_text(encoding="utf-8")
    found = {}
    for name, pinned, rest in PIN.findall(text):
        if not HASH.search(rest):
            raise SystemExit(f"audit: {lock.name}: {name} has no hash")
        found[str(canonicalize_name(name))] = pinned
    loose = [line for line in text.splitlines() if re.match(r"^[^\s#-]", line) and "==" not in line]
    if loose:
        raise SystemExit(f"audit: {lock.name}: not pinned: {', '.join(loose)}")
    return found


def unpinned(locks: dict[str, dict[str, str]]) -> list[str]:
    """What pyproject.toml asks for and its lock does not pin, or pins to what it does not allow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "server": project["project"]["dependencies"],
        "dev": [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]],
        "build": project["dependency-groups"]["build"],
    }
    wrong = []
    for name, lines in asked.items():
        for requirement in map(Requirement, lines):
            pinned = locks[name].get(canonicalize_name(requirement.name))
            if pinned is None or not requirement.specifier.contains(pinned):
                wrong.append(f"{name}.lock: {requirement} is pinned to {pinned}: make lock")
    return wrong


def unlike_installed(lock: dict[str, str]) -> list[str]:
    """Pins of which another version is installed here; a marker may leave some out."""
    wrong = []
    for name, pinned in lock.items():
        try:
            here = version(name)
        except PackageNotFoundError:
            continue
        if here != pinned:
            wrong.append(f"{name} {here} is installed and {pinned} is pinned: make dev")
    return wrong


def advisories(pinned: list[tuple[str, str]], database: str) -> list[str]:
    """A line for each pin with a known advisory.

    Raises:
        URLError, OSError: the database does not answer.
        ValueError: it answers something else.
    """
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": number}
        for name, number in pinned
    ]
    request = urllib.request.Request(
        database, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        results: list[dict[str, Any]] = json.load(answer).get("results", [])
    if len(results) != len(pinned):
        raise ValueError(f"{len(results)} answers to {len(pinned)} questions")
    return [
        f"{name} {number}: {', '.join(found['id'] for found in result['vulns'])}"
        for (name, number), result in zip(pinned, results, strict=True)
        if result.get("vulns")
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
