"""Every workbook that the commands write, and what differs between two folders of them.

    python -m tests.books write build/books
    python -m tests.books compare build/books-before build/books

Nothing is trained: `toolkit mnist` finds its recorded series and the weights of its first seed.
`make books` and `make compare` call this.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "tests" / "experiments" / "records"
WEIGHTS = ROOT / "toolkit" / "weights" / "default.safetensors"
LESSONS = ("class", "class-half", "deep", "diverge", "line", "mazur", "softmax", "xor")
SERIES = {"default": (10, 1), "tiny": (5, 1), "sprint": (5, 2), "course": (3, 1)}


def commands() -> dict[str, list[str]]:
    """The arguments of `toolkit` for each workbook, by its name without the suffix."""
    lessons = {name: ["backprop", name] for name in LESSONS if name != "class"}
    series = {
        ("mnist" if model == "default" else model): [
            "mnist",
            "--model",
            model,
            "--seeds",
            str(seeds),
            "--device",
            "cpu",
            "--threads",
            str(threads),
        ]
        for model, (seeds, threads) in SERIES.items()
    }
    others = {"live": ["live"], "live-step": ["live", "--step"], "concepts": ["concepts"]}
    return {"backprop": ["backprop", "class"], **lessons, **others, **series}


def write(folder: Path, names: Iterable[str] = ()) -> None:
    """Write the workbooks called `names`, or all, into `folder`/exports."""
    exports = folder.resolve() / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    for model in SERIES:
        name = "mnist" if model == "default" else model
        shutil.copy(RECORDS / f"{model}.seeds.json", exports / f"{name}.seeds.json")
    shutil.copy(WEIGHTS, exports / "mnist.safetensors")
    made = commands()
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    for name in names or made:
        out = ["--out", f"exports/{name}.xlsx"]
        subprocess.run(
            [sys.executable, "-m", "toolkit", *made[name], *out],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
        )


def parts(book: Path) -> dict[str, str]:
    """The hash of each part of a workbook, uncompressed, in the order of the file."""
    with zipfile.ZipFile(book) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def differences(before: Path, after: Path) -> Iterator[str]:
    """A line for each workbook that differs between two folders that `write` filled."""
    old, new = ({p.name: p for p in (f / "exports").glob("*.xlsx")} for f in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield f"{name}: only in {before if name in old else after}"
        elif old[name].read_bytes() != new[name].read_bytes():
            was, now = parts(old[name]), parts(new[name])
            changed = [part for part in {**was, **now} if was.get(part) != now.get(part)]
            yield f"{name}: {', '.join(changed) or 'the same parts, packed otherwise'}"


def main(action: str, *folders: str) -> int:
    """Write or compare; the exit code is 1 where something differs."""
    if action == "write":
        write(Path(folders[0]), folders[1:])
        return 0
    lines = list(differences(*map(Path, folders)))
    sys.stdout.write("\n".join(lines or ["No workbook differs."]) + "\n")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
