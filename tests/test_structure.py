"""The structure of the package: imports run downwards and in no circle, a command is one file, and
what a quantity is stands in its role, not in its name.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from typer.main import get_command

from toolkit.commands.cli import app

ROOT = Path(__file__).parents[1]
PACKAGE = "toolkit"
# From bottom to top: each room, and the rooms whose modules its own may import. Every room may also
# import the version, but not `toolkit` itself, whose public names are those of all rooms.
ROOMS = {
    "files": set[str](),
    "symbols": set[str](),
    "book": {"files", "symbols"},
    "network": {"files", "symbols"},
    "convnet": {"files"},
    "experiments": {"files", "convnet"},
    "pages": {"files", "symbols", "book", "network", "convnet", "experiments"},
    "commands": {"files", "symbols", "book", "network", "convnet", "experiments", "pages"},
}
Graph = dict[str, set[str]]


def modules(root: Path) -> dict[str, Path]:
    """Every module of the package below `root`, by its dotted name."""
    names = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def graph(root: Path) -> Graph:
    """What every module imports of the package: at its top, inside functions, for types alone, and
    by names that are only known when it runs.
    """
    paths = modules(root)
    return {name: set(_imports(name, paths)) - {name} for name in paths}


def _imports(name: str, paths: dict[str, Path]) -> Iterator[str]:
    package = name if paths[name].name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(paths[name].read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names if alias.name in paths)
            case ast.ImportFrom():
                source = _source(node, package)
                for alias in node.names:
                    inner = f"{source}.{alias.name}"
                    yield from [each for each in (inner, source) if each in paths][:1]
            case ast.Call() if ast.unparse(node.func).endswith(("import_module", "__import__")):
                # Such a name may be that of any module beside it.
                yield from (each for each in paths if each.startswith(f"{package}."))


def _source(node: ast.ImportFrom, package: str) -> str:
    """The module after `from`, where dots stand for the package and those above it."""
    above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
    return ".".join([*above, node.module] if node.module else above)


def circle(graph: Graph) -> list[str]:
    """Modules that import each other in a circle; empty where none do."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        actual: list[str] = error.args[1]
        return actual
    return []


def room(name: str) -> str:
    """The room of a module; empty for what lies in none."""
    parts = name.split(".")
    return parts[1] if len(parts) > 2 or parts[-1] in ROOMS else ""


def forbidden(graph: Graph) -> list[str]:
    """Imports of rooms that the importing room may not know."""
    return [
        f"{name} imports {other}"
        for name, others in graph.items()
        for other in sorted(others)
        if room(name)
        and (other == PACKAGE or room(other) not in {"", room(name), *ROOMS.get(room(name), ())})
    ]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(graph(ROOT)) == []


def test_rooms_import_only_rooms_below() -> None:
    actual = graph(ROOT)
    assert {room(name) for name in actual} == {"", *ROOMS}
    assert {name for name in actual if not room(name)} == {
        PACKAGE,
        f"{PACKAGE}.__main__",
        f"{PACKAGE}.version",
    }
    assert forbidden(actual) == []


def test_the_table_of_rooms_runs_downwards() -> None:
    order = list(ROOMS)
    for number, (name, others) in enumerate(ROOMS.items()):
        assert others <= set(order[:number]), name


PLANTED = {
    "at the top": ("from toolkit.book import b", "import toolkit.book.a"),
    "inside a function": (
        "def f():\n    from toolkit.book.b import x",
        "from toolkit.book import a",
    ),
    "for types": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from toolkit.book.b import X",
        "def f():\n    import toolkit.book.a",
    ),
    "from beside": ("from . import b", "from .a import x"),
    "by a computed name": (
        "import importlib\nimportlib.import_module(name())",
        "from ..book import a",
    ),
}


def planted(root: Path, files: dict[str, str]) -> Graph:
    """The imports of a package of these files."""
    for name, text in files.items():
        path = root / PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return graph(root)


@pytest.mark.parametrize("way", PLANTED)
def test_a_planted_circle_is_seen(tmp_path: Path, way: str) -> None:
    one, other = PLANTED[way]
    files = {"book/__init__.py": "", "book/a.py": one, "book/b.py": "import numpy"}
    assert circle(planted(tmp_path, files)) == []
    actual = circle(planted(tmp_path, {"book/b.py": other}))
    assert set(actual) == {"toolkit.book.a", "toolkit.book.b"}


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("book/a.py", "def f():\n    from toolkit.pages import p", "toolkit.book.a imports"),
        ("convnet/c.py", "from toolkit.book import x", "toolkit.convnet.c imports"),
        ("attic/d.py", "from toolkit.files import e", "toolkit.attic.d imports"),
        ("files/f.py", "import toolkit.attic.d", "toolkit.files.f imports"),
        ("pages/q.py", "from toolkit.files import e\nfrom toolkit.version import v", ""),
        ("pages/q.py", "from toolkit import __version__", "toolkit.pages.q imports toolkit"),
        ("files/f.py", "def f():\n    import toolkit", "toolkit.files.f imports toolkit"),
    ],
)
def test_a_planted_way_up_is_seen(tmp_path: Path, name: str, text: str, wanted: str) -> None:
    files = {f"{each}/__init__.py": "" for each in ("book", "convnet", "files", "pages", "attic")}
    files |= {
        "__init__.py": "",
        "version.py": "",
        "pages/p.py": "",
        "files/e.py": "",
        "attic/d.py": "",
    }
    actual = forbidden(planted(tmp_path, files | {name: text}))
    assert [line[: len(wanted)] for line in actual] == ([wanted] if wanted else [])


def test_every_command_is_a_file_of_its_own() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert len(commands) >= 7
    for name, command in commands.items():
        assert command.callback.__module__ == f"toolkit.commands.{name}"


def repeated_classes(root: Path) -> dict[str, list[str]]:
    """The public classes whose name several modules define, with these modules."""
    places: dict[str, list[str]] = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(path.relative_to(root).as_posix())
    return {name: modules for name, modules in places.items() if len(modules) > 1}


def test_the_name_of_a_class_means_one_thing() -> None:
    assert repeated_classes(ROOT) == {}


def test_a_planted_second_class_is_seen(tmp_path: Path) -> None:
    for module in ("one", "two"):
        path = tmp_path / PACKAGE / f"{module}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("class Frame:\n    pass\n", encoding="utf-8")
    assert repeated_classes(tmp_path) == {"Frame": ["toolkit/one.py", "toolkit/two.py"]}


# Where logic must read the role of a quantity (network.forward.Role) or a typed field. In files and
# commands, names are those of files, templates and options.
ROLE_ROOMS = ("symbols", "book", "network", "convnet", "experiments", "pages")
SHOWN = {"name", "heading", "label", "style", "title"}  # what a reader sees
KINDS = {"activation", "initializer", "kind", "loss", "optimizer", "schedule", "type"}
# Names given from outside: printed signs, sheets, files, devices, tensors of torch, classes. The
# headings are those of blocks of the live network, which have no other mark.
OUTER_NAMES = {
    "symbols/precedence.py": {"'/' not in expr.name"},
    "book/limits.py": {r"re.search('[\\[\\]:*?/\\\\]', name)", """name.strip("'")"""},
    "convnet/checkpoint.py": {"opcode.name == 'GLOBAL'", "name.endswith('/data.pkl')"},
    "convnet/digits.py": {"'images' in name"},
    "convnet/machine.py": {"name == 'auto'", "name.split(':', maxsplit=1)"},
    "convnet/stored.py": {"name.endswith('running_var')", "name.endswith(COUNTER)"},
    "pages/mnist/layout.py": {"name.isdecimal()"},
    "pages/live/gallery.py": {"name.isdecimal()"},
}
TEXT_METHODS = {
    "endswith",
    "find",
    "index",
    "isalpha",
    "isdecimal",
    "isdigit",
    "isnumeric",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "startswith",
    "strip",
}


def name_logic(source: str) -> list[str]:
    """The expressions that take a name apart or compare it with a literal or a constant. A name is
    an attribute or a variable of one of the names in `SHOWN`, str() of one, a part of one, or a
    variable to which one of these is assigned. A kind may be compared, but not taken apart.
    """
    tree = ast.parse(source)
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_name(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [ast.unparse(node) for node in ast.walk(tree) if _reads_name(node, names)]


def _is_name(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Attribute(attr=field):
            return field in SHOWN
        case ast.Name(id=variable):
            return variable in names | SHOWN
        case ast.Call(func=ast.Name(id="str"), args=[inner]) | ast.Subscript(value=inner):
            return _is_name(inner, names)
    return False


def _is_kind(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=field) | ast.Name(id=field):
            return field in KINDS
    return False


def _reads_name(node: ast.AST, names: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=text, attr=method)) if method in TEXT_METHODS:
            return _is_name(text, names) or _is_kind(text)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=arguments):
            return any(_is_name(each, names) for each in arguments)
        case ast.Subscript(value=text, ctx=ast.Load()):
            return _is_name(text, names)
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            return any(_is_name(s, names) for s in sides) and any(map(_is_literal, sides))
        case ast.Match(subject=text):
            return _is_name(text, names)
    return False


def _is_literal(node: ast.expr) -> bool:
    """Whether an expression is a text or a constant of a module, or holds such in brackets."""
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Name(id=constant) | ast.Attribute(attr=constant):
            return constant.isupper()
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return any(map(_is_literal, items))
    return False


@pytest.mark.parametrize("room", ROLE_ROOMS)
def test_logic_reads_roles_instead_of_names(room: str) -> None:
    paths = sorted((ROOT / PACKAGE / room).rglob("*.py"))
    assert len(paths) > 5
    found = {
        name: set(name_logic(path.read_text("utf-8"))) - OUTER_NAMES.get(name, set())
        for path in paths
        for name in [path.relative_to(ROOT / PACKAGE).as_posix()]
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "symbol.name.startswith('w')",
        "equation.symbol.name.endswith(']')",
        "symbol.name.removeprefix('a_')",
        "str(symbol.name).split('.')",
        "symbol.name[0]",
        "symbol.name[2:]",
        "symbol.name == 'E_total'",
        "'E_total' != symbol.name",
        "symbol.name in ('w1', 'w2')",
        "'least' in bound.name",
        "re.match('w[0-9]+', symbol.name)",
        "symbol.name == CONVOLUTION",
        "symbol.name != rules.CONVOLUTION",
    ],
)
def test_a_planted_reading_of_a_name_is_seen(line: str) -> None:
    assert name_logic(f"def f():\n    return {line}") == [line]
    through = line.replace("equation.symbol.name", "symbol.name")
    through = through.replace("symbol.name", "text").replace("bound.name", "text")
    assert name_logic(f"text = symbol.name\nresult = {through}") == [through]


@pytest.mark.parametrize(
    "line",
    [
        "name.startswith('Step')",
        "cell.style == 'conclusion'",
        "column.heading[-1].isdigit()",
        "'loss' in heading",
        "heading.partition(' (')",
        "title.split(',')",
        "network.loss.endswith('cross_entropy')",
        "kind.startswith('type:')",
    ],
)
def test_a_planted_reading_of_what_is_shown_is_seen(line: str) -> None:
    assert line in name_logic(f"def f():\n    return {line}")


def test_a_planted_match_of_a_name_is_seen() -> None:
    assert len(name_logic("match symbol.name:\n    case 'w1':\n        pass")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Cell(symbol.name, 'heading')",
        "sheet.name in jumps",
        "names[symbol.name]",
        "role.kind == 'weight'",
        "layer.type == 'convolution'",
        "network.loss in PROBABILITY_LOSSES",
        "cell_styles[column.style]",
        "text.startswith('w')",
    ],
)
def test_the_use_of_a_name_is_no_logic(line: str) -> None:
    assert name_logic(line) == []
