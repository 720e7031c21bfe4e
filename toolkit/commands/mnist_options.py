"""The options of `toolkit mnist` and their validation."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.experiments.columns import MOST_THREADS
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import check_workbook, check_writable
from toolkit.files.shell import shell_line

if TYPE_CHECKING:
    from toolkit.convnet.history import History

WITHOUT_EFFECT = ("resume", "quiet", "max_params")  # they do not affect the figures


@dataclass(frozen=True)
class MnistOptions:
    """The options of `toolkit mnist`, which `toolkit mnist --help` explains."""

    out: Path
    model: str = "default"
    epochs: int | None = None
    seed: int = 0
    seeds: int | None = None
    data_dir: Path | None = None
    device: str = "auto"
    threads: int | None = None
    validation: bool = False
    resume: bool = False
    max_params: int | None = None
    quiet: bool = False

    @property
    def weights(self) -> Path:
        """The file of weights, beside the workbook."""
        return self.out.with_suffix(".safetensors")

    @property
    def checkpoint(self) -> Path:
        """The checkpoint of an unfinished run, beside the workbook."""
        return self.out.with_suffix(".checkpoint")

    def checkpoint_of(self, seed: int) -> Path:
        """The checkpoint of an unfinished run of a series, beside the workbook."""
        return self.out.with_suffix(f".seed{seed}.checkpoint")

    @property
    def record(self) -> Path:
        """The file that records a series of seeds, beside the workbook."""
        return self.out.with_suffix(".seeds.json")

    def command(self, history: "History") -> str:
        """The command that repeats the run `history` from the same folder.

        It names the device and the number of threads of that run, because the figures depend on
        both.
        """
        options = replace(self, device=history.device, threads=history.threads)
        words = ["toolkit", "mnist"]
        for field in fields(options):
            value = getattr(options, field.name)
            if field.name in WITHOUT_EFFECT or value in (None, False):
                continue
            if field.name == "seed" and self.seeds:
                continue
            words.append("--" + field.name.replace("_", "-"))
            if value is not True:
                words.append(value.as_posix() if isinstance(value, Path) else str(value))
        return shell_line(words)

    def check(self) -> None:
        """Raise ToolkitError if an option is invalid; the message names it."""
        check_workbook(self.out)
        check_writable(self.weights)
        check_writable(self.checkpoint)
        if not 0 <= self.seed < 2**63:
            raise ToolkitError(f"--seed {self.seed}: must be 0 or more, and below 2^63")
        if self.threads is not None and not 1 <= self.threads <= MOST_THREADS:
            raise ToolkitError(f"--threads {self.threads}: must be 1 to {MOST_THREADS}")
        if self.seeds is None:
            return
        check_writable(self.record)
        if self.seeds < 1:
            raise ToolkitError(f"--seeds {self.seeds}: must be at least 1")
        if self.seed:
            raise ToolkitError(
                "--seed and --seeds cannot be used together; give one of them (a series always "
                "begins at seed 0)"
            )
