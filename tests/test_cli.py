"""The command line as its users meet it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tests.conftest import needs_torch
from tests.recalculation import cells
from toolkit.commands.cli import app
from toolkit.commands.mnist import MODELS
from toolkit.files.shell import shell_line
from toolkit.files.templates import shipped as shipped_names
from toolkit.files.templates import templates_folder

ROOT = Path(__file__).parents[1]
RUN = CliRunner()


def toolkit(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "toolkit", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
        encoding="utf-8",
        errors="replace",
    )


def test_backprop_writes_where_it_says(tmp_path: Path) -> None:
    done = toolkit("backprop", "--epochs", "5", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"Wrote {Path('exports/backprop.xlsx')}"
    assert cells(tmp_path / "exports" / "backprop.xlsx")["Rate A"]["A10"] == 5


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        assert toolkit("backprop", "--out", name, cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_options(tmp_path: Path) -> None:
    out = tmp_path / "x.xlsx"
    words = ["backprop", "class-half", "--out", str(out), "--epochs", "2"]
    done = RUN.invoke(app, [*words, "--learning-rate", "0.5", "--learning-rate", "1.5", "--json"])
    assert done.exit_code == 0
    result = json.loads(done.output)
    assert result["learning_rates"] == [0.5, 1.5]
    assert result["epochs"] == 2
    assert [name for name in cells(out) if name.startswith("Rate")] == ["Rate A", "Rate B"]


def test_a_template_by_its_path(tmp_path: Path) -> None:
    text = (ROOT / "templates" / "lessons" / "class.toml").read_text(encoding="utf-8")
    (tmp_path / "möin.toml").write_text(text.replace("class network", "Wörld"), encoding="utf-8")
    done = toolkit("backprop", "möin.toml", "--out", "o.xlsx", cwd=tmp_path)
    assert done.returncode == 0
    assert cells(tmp_path / "o.xlsx")["Parameters"]["A1"] == "The Wörld"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["backprop", "nosuch"], "nosuch: no such template"),
        (["backprop", "--epochs", "0"], "--epochs 0: must be at least 1"),
        (["backprop", "--epochs", "-3"], "--epochs -3: must be at least 1"),
        (
            ["backprop", "--epochs", "1e3"],
            "'--epochs': must be a whole number; see toolkit backprop",
        ),
        (
            ["backprop", "--learning-rate", "many"],
            "'--learning-rate': must be a number; see toolkit",
        ),
        (["backprop", "--learning-rate", "nan"], "--learning-rate nan: must be a finite number"),
        (["backprop", "--learning-rate", "inf"], "--learning-rate inf: must be a finite number"),
        (["backprop", "--learning-rate", "0"], "--learning-rate 0: must be a finite number above"),
        (["backprop", "--out", "book.txt"], "book.txt: not a workbook's name"),
        (
            ["backprop", "--out", "file/book.xlsx"],
            "file/book.xlsx: cannot be written: Not a directory",
        ),
        (["backprop", "--epochs", "2000000"], "class: 2,000,017 rows by"),
        (["backprop", "--epochs", "1" + "0" * 23], "000: must be at most 1,000,000,000"),
        (["mnist", "--epochs", "1" + "0" * 23], "000: must be at most 1,000,000"),
        (
            ["backprop", "tiny"],
            "tiny: this is a model, for toolkit mnist, not a lesson; use",
        ),
        (["mnist", "--model", "class"], "class: this is a lesson, for toolkit backprop, not a mod"),
        (
            ["live", "--model", "sprint"],
            "sprint: no such file; weights are wanted here, not the name of a model: "
            "toolkit mnist --model sprint --out sprint.xlsx writes sprint.safetensors",
        ),
        (["mnist", "--epochs", "0"], "--epochs 0: must be at least 1"),
        (["mnist", "--epochs", "5000000"], "--epochs 5000000: must be at most 1,000,000"),
        (["mnist", "--seed", "-1"], "--seed -1: must be 0 or more"),
        pytest.param(
            ["mnist", "--device", "abacus"],
            "--device abacus: not on this machine",
            marks=needs_torch,
        ),
        pytest.param(
            ["mnist", "--data-dir", "nowhere"], "nowhere: no such data folder", marks=needs_torch
        ),
        (["nosuch"], "No such command 'nosuch'; see toolkit --help"),
        (["predict"], "Missing argument 'IMAGE'; see toolkit predict --help"),
        (["backprop", "--nosuch"], "No such option"),
        (["--nosuch"], "No such option: --nosuch"),
        (["--version=3", "backprop"], "--version"),
        (["backprop", "a" * 5000], "aaa...: no such template"),
        (["backprop", ""], "'': no such template; use one of"),
        (["backprop", "--out", "b" * 300 + ".xlsx"], "cannot be written: File name too long"),
        (["backprop", "--out", ""], "give one that ends in .xlsx"),
        (["mnist", "--out", ""], "give one that ends in .xlsx"),
        (["mnist", "--out", "taken.xlsx"], "taken.safetensors: this is a folder"),
        (["templates", "file", "--copy", "x.toml"], "file: no such template"),
        (["templates", "class", "--copy", "c" * 300], "ccc...: cannot be used: File name too long"),
        pytest.param(
            ["mnist", "--data-dir", "e" * 300], "eee...: no such data folder", marks=needs_torch
        ),
        (["backprop", "loop"], "loop: cannot be read: Too many levels of symbolic links"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "taken.safetensors").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    done = RUN.invoke(app, words)
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert message in line
    assert len(line) < 400
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "loop", "taken.safetensors"]


def test_a_failure_leaves_the_previous_file(tmp_path: Path) -> None:
    out = tmp_path / "b.xlsx"
    out.write_bytes(b"the last good one")
    (tmp_path / "bad.toml").write_text("title = 3", encoding="utf-8")
    done = RUN.invoke(app, ["backprop", str(tmp_path / "bad.toml"), "--out", str(out)])
    assert done.exit_code == 2
    assert out.read_bytes() == b"the last good one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.xlsx", "bad.toml"]


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["backprop", "--help"],
        ["mnist", "--help"],
        ["backprop", "--out", "o.xlsx"],
        ["backprop", "--out", "ö∂.txt"],
    ],
)
def test_a_console_that_is_not_utf8(tmp_path: Path, words: list[str]) -> None:
    done = toolkit(*words, cwd=tmp_path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if words[-1].endswith(".txt") else 0)


def test_help_is_light(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "toolkit", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "toolkit.commands.cli" in imported
    assert not imported & {"torch", "sympy", "numpy", "openpyxl", "pydantic"}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches the processes started here, even if the tests run in the background, where a
    shell has them ignore it.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.usefixtures("interruptible")
@needs_torch
def test_ctrl_c_leaves_the_last_good_result(tmp_path: Path) -> None:
    out = tmp_path / "m.xlsx"
    out.write_bytes(b"the last good one")
    # No epoch of a network so wide is over before it is stopped.
    slow = (templates_folder() / "models" / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "slow.toml").write_text(slow.replace("channels = 1", "channels = 25"), "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "toolkit", "mnist", "--model", "slow.toml", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as running:
        time.sleep(5)
        running.send_signal(signal.SIGINT)
        try:
            _, errors = running.communicate(timeout=60)
        finally:
            running.kill()
    # Where torch was just being imported, Python ends by the signal itself: 130 in every shell.
    assert running.returncode in (130, -signal.SIGINT)
    assert "Stopped; no file was left incomplete" in errors and "Traceback" not in errors
    assert out.read_bytes() == b"the last good one"
    assert {path.name for path in tmp_path.iterdir()} == {"m.xlsx", "slow.toml"}


INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, *rest):
        if name == "toolkit.commands.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from toolkit.__main__ import main
main()
"""


def test_ctrl_c_while_modules_are_imported_prints_no_stack_trace() -> None:
    words = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_every_command_has_help_and_every_option_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert commands
    for name, command in commands.items():
        assert command.help and command.epilog, name
        assert f"toolkit {name}" in readme
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert parameter.help, (name, parameter.name)
                assert f"`{parameter.opts[0]}" in readme, (name, parameter.opts)


def test_version(tmp_path: Path) -> None:
    assert re.fullmatch(r"toolkit \d+\.\d+\.\d+\n", toolkit("--version", cwd=tmp_path).stdout)


def test_templates_are_listed_and_copied(tmp_path: Path) -> None:
    lines = RUN.invoke(app, ["templates"]).output.splitlines()
    names = [*shipped_names("lessons"), *shipped_names("models")]
    assert [line.split()[1] for line in lines] == names
    assert "2-2-2" in lines[0] and "8 weights" in lines[0] and "The class network" in lines[0]
    assert "12,716 parameters" in next(line for line in lines if line.split()[1] == "course")
    listed = json.loads(RUN.invoke(app, ["templates", "--json"]).output)
    assert listed[0]["layers"] == [2, 2, 2]
    assert [each["kind"] for each in listed] == [line.split()[0] for line in lines]
    target = tmp_path / "my.toml"
    done = RUN.invoke(app, ["templates", "class", "--copy", str(target)])
    assert done.output == f"Wrote {target}\n"
    shipped = ROOT / "templates" / "lessons" / "class.toml"
    assert target.read_bytes() == shipped.read_bytes()
    assert RUN.invoke(app, ["templates", "class", "--copy", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "class.toml").exists()
    assert RUN.invoke(app, ["templates", "tiny", "--copy", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "tiny.toml").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["class", "--copy", "there.toml"], "there.toml: exists already; choose another name"),
        (
            ["clas", "--copy", "x.toml"],
            "clas: no such template (did you mean 'class'?); use one of class, class-half",
        ),
        (["clas"], "clas: no such template (did you mean 'class'?); use one of class, class-half"),
        (["--copy", "x.toml"], "templates: --copy needs the name of a template before it"),
    ],
)
def test_templates_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.toml").write_text("mine", encoding="utf-8")
    done = RUN.invoke(app, ["templates", *words])
    assert (done.exit_code, message in done.stderr) == (2, True)
    assert (tmp_path / "there.toml").read_text(encoding="utf-8") == "mine"


def test_a_template_is_printed() -> None:
    for kind, name in (("lesson", "class"), ("model", "tiny")):
        text = (ROOT / "templates" / f"{kind}s" / f"{name}.toml").read_text(encoding="utf-8")
        assert RUN.invoke(app, ["templates", name]).stdout == text
        output = json.loads(RUN.invoke(app, ["templates", name, "--json"]).stdout)
        assert output == {"name": name, "kind": kind, "text": text}


def test_help_names_the_shipped_models() -> None:
    assert set(re.findall(r"[a-z]+(?=,)", MODELS)) == set(shipped_names("models"))
    assert MODELS.startswith("default, ")


WRITES = ["backprop", "--epochs", "2", "--out", "b.xlsx"]
SAYING = [[], ["--help"], ["--version"], ["backprop", "--help"], ["templates", "--json"], WRITES]


def closed_pipe() -> int:
    """The end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such device")
@pytest.mark.parametrize(
    ("words", "unbuffered"), [*((words, "") for words in SAYING), ([], "1"), (["--version"], "1")]
)
@pytest.mark.parametrize("kind", ["full", "pipe", "closed"])
def test_an_output_that_takes_no_text(
    tmp_path: Path, kind: str, words: list[str], unbuffered: str
) -> None:
    program = [sys.executable, "-m", "toolkit", *words]
    if kind == "closed":
        program = ["sh", "-c", 'exec "$@" >&-', "sh", *program]
    out = closed_pipe() if kind == "pipe" else os.open("/dev/full", os.O_WRONLY)
    try:
        done = subprocess.run(
            program,
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    finally:
        os.close(out)
    assert (tmp_path / "b.xlsx").exists() == (words == WRITES)
    if kind == "pipe":
        assert (done.returncode, done.stderr) == (141, "")
        return
    reason = "No space left on device" if kind == "full" else "Bad file descriptor"
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: standard output: cannot be written: {reason}; ")
    if words == WRITES:
        assert line.endswith("Files already written are complete")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such device")
@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", "2>&- >&-"])
def test_an_error_that_cannot_be_told_keeps_its_code(tmp_path: Path, where: str) -> None:
    words = [sys.executable, "-m", "toolkit", "predict", "none.png"]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {where}', "sh", *words],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")


def test_completion_of_words(tmp_path: Path) -> None:
    assert "--install-completion" in toolkit("--help", cwd=tmp_path).stdout
    output = toolkit(
        cwd=tmp_path, _TOOLKIT_COMPLETE="complete_bash", COMP_WORDS="toolkit ba", COMP_CWORD="1"
    )
    assert output.stdout.split() == ["backprop"]


AWKWARD = [
    "plain",
    "two words",
    "$HOME",
    "it's",
    "`date`",
    "a;b&c|d",
    "*",
    "~",
    "ö",
    "",
    "!x",
    "x,y",
]


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell of POSIX is here")
def test_a_shell_reads_a_command_as_it_was_given() -> None:
    words = [*AWKWARD, 'say "hi"', "both ' and $HOME"]
    print_them = shell_line([sys.executable, "-c", "import sys; print(sys.argv[1:])", *words])
    done = subprocess.run(["sh", "-c", print_them], capture_output=True, text=True, check=True)
    assert done.stdout == f"{words}\n"


def test_quotes_are_such_as_all_shells_know() -> None:
    """Nothing is quoted that needs no quotes; what cmd knows comes before what it does not."""
    assert shell_line(["toolkit", "mnist", "--out", "exports/x-1.xlsx", "--seeds", "2"]) == (
        "toolkit mnist --out exports/x-1.xlsx --seeds 2"
    )
    assert shell_line(AWKWARD) == (
        'plain "two words" \'$HOME\' "it\'s" \'`date`\' "a;b&c|d" "*" "~" ö "" \'!x\' "x,y"'
    )


def test_a_path_of_windows_is_told_as_every_shell_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    assert shell_line(["--model", "C:\\my models\\a.toml"]) == '--model "C:/my models/a.toml"'
