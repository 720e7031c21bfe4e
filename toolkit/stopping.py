"""How a long piece of work is told to stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def terminated_like_ctrl_c() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt meanwhile, so that what is finished is not lost."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python lets only the main thread say what signals do
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
