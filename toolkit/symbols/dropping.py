"""Which activations dropout keeps."""

from typing import Any

from sympy import Function

from toolkit.symbols.typeset import Box, Cases, Text, row


class kept(Function):
    """1 where a random number (first) is no less than the rate (second), else 0."""

    def _excel(self, printer: Any) -> str:
        u, p = map(printer._print, self.args)
        return f"(({u}>={p})*1)"

    def _numpycode(self, printer: Any) -> str:
        u, p = map(printer._print, self.args)
        return f"where(greater_equal({u}, {p}), 1.0, 0.0)"

    def _plain(self, printer: Any) -> str:
        u, p = map(printer._print, self.args)
        return f"1 if {u} ≥ {p}, else 0"

    def _typeset(self, printer: Any) -> Box:
        u, p = map(printer._print, self.args)
        return Cases(((Text("1"), row(Text("if "), u, Text(" ≥ "), p)),
                      (Text("0"), Text("otherwise"))))  # fmt: skip
