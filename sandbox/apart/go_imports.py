"""Go: what a file imports."""

import re

_IMPORTS = re.compile(
    r"^import\s*(?:\(([^()]*)\)|((?:\w+\s+)?\"[^\"\n]+\"))", re.MULTILINE | re.DOTALL
)
_IMPORT = re.compile(r"(?:^|;|\()\s*(\w+\s+|\.\s+)?\"([\w./-]+)\"", re.MULTILINE)


def imports(text: str) -> list[tuple[str, str]]:
    """The names and paths of what a file imports."""
    blocks = [a or b for a, b in _IMPORTS.findall(text)]
    return [(alias.strip(), path) for block in blocks for alias, path in _IMPORT.findall(block)]


def without_imports(text: str) -> str:
    """A file without its imports."""
    return _IMPORTS.sub("", text)


def without_import(text: str, path: str) -> str:
    """A file without one of its imports."""

    def shorter(found: re.Match[str]) -> str:
        if found[2]:
            return ""
        return re.sub(rf'"{re.escape(path)}"[ \t]*;?', "", found[0])

    return _IMPORTS.sub(lambda f: shorter(f) if f'"{path}"' in f[0] else f[0], text)
