"""Who may import whom, and where a vendor's name may stand: an ``ast`` walk."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("pinsync", "jobs", "candidates", "integrations")

# Of the project, what holds nothing of the domain and so may serve every app.
PROJECT = (
    "pinsync.clock",
    "pinsync.forms",
    "pinsync.health",
    "pinsync.local_time",
    "pinsync.paging",
    "pinsync.waking",
    "pinsync.way_back",
)

# What each part may import of ours; the longest matching prefix of a module decides.
ALLOWED: dict[str, tuple[str, ...]] = {
    "pinsync.accounts": ("pinsync.accounts", *PROJECT),
    "jobs": ("jobs", "pinsync.accounts", *PROJECT),
    "candidates": ("candidates", "jobs", "pinsync"),
    "integrations": APPS,
    "integrations.vendors": (
        "integrations.adapters",
        "integrations.errors",
        "integrations.simulation",
    ),
    "integrations.simulation": ("integrations.simulation",),
    "pinsync": APPS,
}
# These import no models, so that adapters can be understood and tested without Django.
WITHOUT_MODELS = (
    "adapters",
    "errors",
    "http",
    "crypto",
    "records",
    "signing",
    "simulation",
    "tokens",
)


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    paths = [ROOT / name for name in sorted(listed)]
    return [p for p in paths if p.exists() and p.relative_to(ROOT).parts[0] in APPS]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """Return every module that the file imports, relative ones resolved."""
    package = module_of(path)
    if path.name != "__init__.py":
        package = package.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def within(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == p or module.startswith(f"{p}.") for p in prefixes)


def rule_for(module: str) -> tuple[str, ...]:
    fitting = [prefix for prefix in ALLOWED if within(module, (prefix,))]
    return ALLOWED[max(fitting, key=len)]


def own_package(module: str) -> str:
    return ".".join(module.split(".")[:3])


def broken(path: Path) -> list[str]:
    module = module_of(path)
    allowed = rule_for(module)
    if within(module, ("integrations.vendors",)):
        allowed = (*allowed, own_package(module))
    bad = []
    for name in imports_of(path):
        if not within(name, APPS):
            continue
        # "from a import b" yields a and a.b: either may be what the rule names.
        if not within(name, allowed) and not any(
            p.startswith(f"{name}.") for p in allowed
        ):
            bad.append(name)
    return bad


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_imports_follow_the_rule(path):
    assert broken(path) == []


def test_vendors_know_neither_django_nor_each_other():
    vendors = ROOT / "integrations" / "vendors"
    for path in vendors.glob("*/**/*.py"):
        names = imports_of(path)
        assert not [n for n in names if within(n, ("django", "rq", "django_rq"))], path


def test_adapter_and_simulator_share_nothing():
    vendors = ROOT / "integrations" / "vendors"
    for simulator in vendors.glob("*/simulator.py"):
        if not simulator.with_name("adapter.py").exists():
            continue
        ours = f"integrations.vendors.{simulator.parent.name}"
        mine = {n for n in imports_of(simulator) if within(n, (ours,))}
        adapters = {
            n
            for n in imports_of(simulator.with_name("adapter.py"))
            if within(n, (ours,)) and n != ours
        }
        assert not mine & adapters
        assert f"{ours}.adapter" not in mine


@pytest.mark.parametrize("name", WITHOUT_MODELS)
def test_the_contract_modules_import_no_models(name):
    paths = [ROOT / "integrations" / f"{name}.py"]
    paths += (ROOT / "integrations" / name).glob("*.py")
    for path in paths:
        if path.exists():
            names = imports_at_run_time(path)
            assert not [n for n in names if n.endswith(".models")], path


def imports_at_run_time(path: Path) -> set[str]:
    """Return the imports but for those under ``if TYPE_CHECKING``."""
    tree = ast.parse(path.read_text())
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names.add(f".{node.module}" if node.module else "")
            names |= {f".{node.module or ''}.{alias.name}" for alias in node.names}
    return names


def test_nothing_imports_tests():
    for path in sources():
        assert not [n for n in imports_of(path) if within(n, ("tests",))], path


def test_no_vendor_is_named_outside_its_folder():
    slugs = [
        p.name for p in (ROOT / "integrations" / "vendors").iterdir() if p.is_dir()
    ]
    names = re.compile("|".join(s for s in slugs if not s.startswith("_")), re.I)
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.html", "*.js"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    named = [
        f"{name}:{number}: {line.strip()}"
        for name in listed
        if not name.startswith(("tests/", "integrations/vendors/"))
        and "/migrations/" not in name
        and (ROOT / name).exists()
        for number, line in enumerate((ROOT / name).read_text().splitlines(), start=1)
        if names.search(line)
    ]
    assert named == []


OUTREACH_FACTS = {
    "added_to_outreach_at",
    "contact_found_at",
    "first_message_at",
    "replied_at",
    "interested_at",
}


def test_outreach_facts_are_written_by_record_alone():
    """No assignment and no ``update(...)`` of them stands outside candidates.models."""
    for path in sources():
        if "migrations" in path.parts or module_of(path) == "candidates.models":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                assert node.attr not in OUTREACH_FACTS, path
            if isinstance(node, ast.Call) and _is_write(node):
                words = {keyword.arg for keyword in node.keywords}
                assert not words & OUTREACH_FACTS, path


def _is_write(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return name in {"update", "create", "get_or_create", "update_or_create"}
