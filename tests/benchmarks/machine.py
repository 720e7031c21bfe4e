"""The machine and the versions that the figures belong to."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    *("numpy", "sympy", "openpyxl", "xlsxwriter", "pyexcelerate", "rustpy-xlsxwriter"),
    *("pydantic", "torch"),
)


def machine() -> str:
    """Processor, cores, Python and libraries, in two lines."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    python = f"Python {platform.python_version()} on {platform.system()}"
    return f"{_processor()}, {os.cpu_count()} cores, {python}\n{libraries}"


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def peak_memory() -> float:
    """The most memory that this process has held so far, in MB.

    Linux hands the peak of the process that started this one down through getrusage; that of
    /proc is our own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM"))
    import resource  # absent on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
