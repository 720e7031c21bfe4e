"""Signals that stop the program, and the exit codes that they lead to."""

import signal
import threading
from types import FrameType

# SIGTERM is sent by kill and at shutdown, SIGHUP when a terminal closes or a connection is lost.
SENT = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_last = int(signal.SIGINT)


def stop_like_ctrl_c() -> None:
    """Make SIGTERM and SIGHUP raise KeyboardInterrupt, as Ctrl-C does.

    Every command then cleans up and leaves no incomplete file. A signal that is ignored, as SIGHUP
    is under `nohup`, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # Python allows only the main thread to set signal handlers
    for number in SENT:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    global _last
    _last = number
    raise KeyboardInterrupt


def exit_code() -> int:
    """The exit code that shells report for a program ended by a signal: 128 plus its number.

    This is 130 after Ctrl-C, 143 after SIGTERM and 129 after SIGHUP.
    """
    return 128 + _last
