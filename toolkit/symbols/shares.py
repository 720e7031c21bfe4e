"""Shares of one number in another."""

from typing import Any

from sympy import Function


class share_or_dash(Function):
    """One number as a share of another; a dash where that is 0."""

    def _excel(self, printer: Any) -> str:
        part, whole = map(printer._factor, self.args)
        return f'IF({whole}=0,"–",{part}/{whole})'

    def _numpycode(self, printer: Any) -> str:
        part, whole = map(printer._factor, self.args)
        return f'("–" if equal({whole}, 0) else {part} / {whole})'
