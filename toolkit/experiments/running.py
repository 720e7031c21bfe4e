"""Run experiments side by side, each in a process of its own with one thread."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing.connection import wait

from toolkit.experiments.programme import Run
from toolkit.experiments.results import Result
from toolkit.files.errors import ToolkitError


def results_of(todo: Sequence[Run], workers: int) -> Generator[Result, None, None]:
    """The results of `todo` as they come, from `workers` processes.

    One thread each: two small trainings side by side end sooner than one after the other with two
    threads. Where the caller stops listening, the runs under way are given up. Raises ToolkitError
    where a process dies.
    """
    # Started anew rather than forked: torch does not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin)
    try:
        for ended in as_completed([pool.submit(_result, run) for run in todo]):
            yield ended.result()
    except BrokenProcessPool as error:
        raise ToolkitError(
            "a process that trained was killed, perhaps for want of memory; what is finished is "
            "kept: run the same command again, with fewer --workers"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


def _begin() -> None:
    # Ctrl-C, and the end of a terminal, reach every process in it; the parent alone decides.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    import torch

    torch.set_num_threads(1)


def _end_with_the_parent() -> None:
    """A parent that is killed cannot tell its processes to stop."""
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)


@cache
def _digits() -> object:
    from toolkit.convnet import digits

    return digits.load()


def _result(run: Run) -> Result:
    from toolkit.experiments import run as training

    return training.run(run.setup, run.seed, _digits())  # type: ignore[arg-type]
