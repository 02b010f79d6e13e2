"""C and C++ completions with what only their tests bring: headers, and structs of nodes."""

import re

from sandbox.apart.cpp_text import SKIPPED, Declarations
from sandbox.apart.cpp_words import STANDARD
from sandbox.apart.fitting import brought, closed
from sandbox.apart.text import blanked, words

_LIBRARY = STANDARD | words(
    """
    cout cin endl sort max min swap reverse accumulate numeric_limits make_pair to_string INT_MAX
    INT_MIN LLONG_MAX size_t NULL string_view stringstream ostringstream istringstream
    """
)
"""What programs without a header take for granted, as LeetCode's do."""

_C_LIBRARY = words("bool true false NULL size_t INT_MAX INT_MIN malloc calloc strlen qsort")
_C_HEADERS = "ctype limits stdbool stdio stdlib string"
_LIBRARY_LINE = re.compile(r"^[ \t]*(?:#[ \t]*include[^\n]*|using namespace std;)", re.MULTILINE)
_STATEMENT = re.compile(r"[;\n]")


def fitted(program: str, tests: str) -> tuple[str, str]:
    """C++ with what it lacks of its tests."""
    program, tests, _ = closed(program, tests, SKIPPED)
    program, tests = _with_nodes(program, tests)
    plain = blanked(program, SKIPPED)
    if "#include" not in plain and words(plain) & (_LIBRARY | {"std"}):
        space = "" if "std::" in plain else "using namespace std;"
        program = f"#include <bits/stdc++.h>\n{space}\n#line 1\n{program}"
    return program, tests


def fitted_c(program: str, tests: str) -> tuple[str, str]:
    """C with what it lacks of its tests."""
    program, tests, _ = closed(program, tests, SKIPPED)
    program, tests = _with_nodes(program, tests)
    plain = blanked(program, SKIPPED)
    if "#include" not in plain and words(plain) & _C_LIBRARY and not _has_own(plain):
        headers = "\n".join(f"#include <{name}.h>" for name in _C_HEADERS.split())
        program = f"{headers}\n#line 1\n{program}"
    return program, tests


def _has_own(plain: str) -> bool:
    """Whether a program makes its own `bool`."""
    named = (words(statement) for statement in _STATEMENT.split(plain))
    return any(w & {"typedef", "define"} and w & {"bool", "true", "false"} for w in named)


def _with_nodes(program: str, tests: str) -> tuple[str, str]:
    """Structs of fields that a program uses and only its tests declare are the program's."""
    plain = blanked(program, SKIPPED)
    missing = [
        name
        for name in re.findall(r"\bstruct\s+(\w+)\s*\{", blanked(tests, SKIPPED))
        if re.search(rf"\b{name}\b", plain) and not re.search(rf"\bstruct\s+{name}\s*\{{", plain)
    ]
    if not missing:
        return program, tests
    known = Declarations(tests)
    for name in missing:
        found = known.classes.get(name)
        if found is not None and not found.methods and known.is_data(name):
            head = rf"(?:\btypedef\s+)?\bstruct\s+{name}\s*\{{"
            declared, tests = brought(tests, head)
            at = max((line.end() for line in _LIBRARY_LINE.finditer(program)), default=0)
            program = f"{program[:at]}\n{declared}\n{program[at:]}"
    return program, tests
