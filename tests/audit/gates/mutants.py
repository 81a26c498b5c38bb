"""Does some test fail when a comparison in the statistics or the gates is changed? Run by test_mutants.py.

`python mutants.py FILE [every]` changes one comparison of FILE at a time, runs the quick tests of the
statistics and the gates in a forked process against the changed module, and prints what no test noticed.
"""

import ast
import contextlib
import importlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PREFIXES = ("probes.stats", "audit.gates")
SWAPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OWN_TESTS = {
    "gate.py": "tests/audit/gates/test_gate.py",
    "judge.py": "tests/audit/gates/test_judge.py",
    "planning.py": "tests/audit/gates/test_planning.py",
    "reasons.py": "tests/audit/gates/test_reasons.py",
}


def mutants(source: str) -> Iterator[tuple[int, str, ast.Module]]:
    """Line, description and tree of each changed module."""
    places = [(i, j) for i, node in enumerate(_compares(ast.parse(source))) for j in range(len(node.ops))]
    for i, j in places:
        original = type(_compares(ast.parse(source))[i].ops[j])
        for swap in SWAPS.get(original, ()):
            tree = ast.parse(source)
            node = _compares(tree)[i]
            node.ops[j] = swap()
            yield node.lineno, f"{original.__name__} -> {swap.__name__}: {ast.unparse(node)}", tree


def _compares(tree: ast.Module) -> list[ast.Compare]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]


class Changed:
    """Finds the changed module before the file on disk."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        return (
            importlib.util.spec_from_loader(name, self, origin=str(self.path)) if name == self.name else None
        )

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: object) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)  # noqa: S102 - our own source


def survives(path: Path, tree: ast.Module) -> bool:
    """Whether every quick test passes with the changed module, in a process of its own."""
    child = os.fork()
    if child == 0:
        os._exit(_tests(path, tree))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _tests(path: Path, tree: ast.Module) -> int:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for loaded in [m for m in sys.modules if m.startswith(PREFIXES)]:
        del sys.modules[loaded]
    sys.meta_path.insert(0, Changed(name, path, tree))
    own = OWN_TESTS.get(path.name, f"tests/probes/stats/test_{path.name}")
    rest = ["tests/probes/stats", "tests/audit/gates"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        first = _run([own]) if (ROOT / own).exists() else 0
        return first or _run(rest)


def _run(paths: list[str]) -> int:
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--noconftest"]
    return int(pytest.main([*options, "--deselect", "tests/audit/gates/test_mutants.py", *paths]))


def main() -> None:
    """Print the mutants of one file that no test noticed."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for heavy in ("scipy.stats", "statsmodels.stats.multitest", "statsmodels.stats.proportion"):
        importlib.import_module(heavy)  # once, before the forks

    path, every = ROOT / sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chosen = [m for i, m in enumerate(mutants(path.read_text())) if i % every == 0]
    alive = [f"{sys.argv[1]}:{line}: {what}" for line, what, tree in chosen if survives(path, tree)]
    sys.stdout.write(json.dumps({"tried": len(chosen), "survived": alive}) + "\n")


if __name__ == "__main__":
    main()
