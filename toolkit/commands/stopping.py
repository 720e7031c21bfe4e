"""How a program is told to stop from outside, and the exit code that it then ends with."""

import signal
import threading
from types import FrameType

# kill and a shutdown send the first; a terminal that closes, or a lost connection, the second.
SENT = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_last = int(signal.SIGINT)


def stop_like_ctrl_c() -> None:
    """From now on SIGTERM and SIGHUP raise KeyboardInterrupt, as Ctrl-C does, so that every command
    leaves no file half-written. One that is ignored, as `nohup` has SIGHUP ignored, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # Python lets only the main thread say what signals do
    for number in SENT:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    global _last
    _last = number
    raise KeyboardInterrupt


def exit_code() -> int:
    """What shells report of a program that a signal ended: 128 and the signal's number, which is
    130 after Ctrl-C, 143 after SIGTERM and 129 after SIGHUP.
    """
    return 128 + _last
