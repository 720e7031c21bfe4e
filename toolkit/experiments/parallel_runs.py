"""Run experiments in parallel, each in a process of its own with one thread."""

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
    """Yield the results of `todo` as they are completed by `workers` processes.

    Every process has one thread, because two small trainings in parallel end sooner than one after
    the other with two threads. If the caller closes the generator, the current runs are aborted.
    Raises ToolkitError if a process dies.
    """
    # Processes are spawned, because torch does not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin)
    try:
        for ended in as_completed([pool.submit(_result, run) for run in todo]):
            yield ended.result()
    except BrokenProcessPool as error:
        raise ToolkitError(
            "a training process was killed, perhaps for lack of memory; finished runs are "
            "kept: run the same command again with fewer --workers"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


def _begin() -> None:
    # Ctrl-C and the end of a terminal reach all of its processes; only the parent handles them.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    import torch

    torch.set_num_threads(1)


def _end_with_the_parent() -> None:
    """End this process with its parent, which cannot stop it if it is killed."""
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)


@cache
def _digits() -> object:
    from toolkit.convnet import digits

    return digits.load()


def _result(run: Run) -> Result:
    from toolkit.experiments import single_run

    return single_run.run(run.setup, run.seed, _digits())  # type: ignore[arg-type]
