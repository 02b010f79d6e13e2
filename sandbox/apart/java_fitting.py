"""Java completions with what only their tests bring: imports, a class around them, and nodes."""

import re

from sandbox.apart.fitting import brought, closed
from sandbox.apart.text import blanked, items, words

SKIPPED = re.compile(
    r'"""(?:\\.|.)*?"""|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
_IMPORTS = (
    "import java.util.*; import java.util.function.*; import java.util.stream.*; "
    "import java.math.*; import java.io.*;"
)
"""What programs without an import take for granted, as LeetCode's do."""

_IMPORTED = re.compile(r"^[ \t]*import\b", re.MULTILINE)
_FOREIGN = re.compile(r"^[ \t]*import\s+(?!(?:static\s+)?javax?\.)[\w.]+\.\*\s*;", re.MULTILINE)
"""All of a package that is none of the library's: nothing, where programs are one file."""

_CLASS = re.compile(r"\bclass\s+(\w+)")
_DECLARED = re.compile(r"\b(?:class|interface|enum|record)\s+(\w+)")


def fitted(program: str, tests: str) -> tuple[str, str]:
    """Java with what it lacks of its tests."""
    program, tests, inside = closed(_FOREIGN.sub("", program), tests, SKIPPED)
    plain = blanked(program, SKIPPED)
    around = _CLASS.findall(" ; ".join(item.head for item in items(plain)))
    if inside and around:
        tests = f"class Tests extends {around[-1]} {{\n{tests}\n}}"
    program, tests = _with_nodes(program, tests)
    return _with_imports(program), _with_imports(tests, "\n")


def _with_nodes(program: str, tests: str) -> tuple[str, str]:
    """Classes of fields that a program uses and only its tests declare are the program's."""
    used, plain = blanked(program, SKIPPED), blanked(tests, SKIPPED)
    unknown = words(used) - set(_DECLARED.findall(used))
    for item in items(plain):
        named = _CLASS.search(item.head)
        if named and named[1] in unknown and _is_fields(named[1], item.body or ""):
            head = rf"\bclass\s+{named[1]}\s*\{{"
            declared, tests = brought(tests, head)
            program = f"{program}\n{declared}"
    return program, tests


def _is_fields(name: str, body: str) -> bool:
    """Whether a class has nothing but fields and constructors."""
    makers = re.compile(rf"(?:public\s+)?{name}\s*\([^()]*\)\Z")
    return all(
        makers.match(" ".join(item.head.split())) if item.body is not None else "(" not in item.head
        for item in items(body)
    )


def _with_imports(text: str, apart: str = " ") -> str:
    if _IMPORTED.search(blanked(text, SKIPPED)):
        return text
    package = re.match(r"\s*package\s[^;]+;", text)
    at = package.end() if package else 0
    return f"{text[:at]}{_IMPORTS.replace(' import', f'{apart}import')}{apart}{text[at:]}"
