"""Batches: which samples are in one, and averages over them."""

from typing import Any

import numpy as np

from toolkit.symbols import exact
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import Reference, amounts
from toolkit.symbols.comparisons import less, where
from toolkit.symbols.ranges import sum_of_products, total


@cell_function("IF(MOD({number}-({start}),{count})<{size},1,0)")
def in_batch(number: Any, size: Any, start: Any, count: Any) -> Any:
    """1 where a sample's number (from 0) belongs to the batch of so many samples that begins after
    so many, going round at the end (`count`: samples in all); else 0.
    """
    return where(less((number - start) % count, size), 1.0, 0.0)


@cell_function("SUMPRODUCT({values},{mask})/SUM({mask})")
def mean_where(values: Any, mask: Any) -> Any:
    """The mean of a range over the cells where another is 1 and not 0."""
    return sum_of_products(values, mask) / total.compute(mask)


@cell_function(
    "SUMPRODUCT({values:factor}*(MOD(({samples:factor}-{start:factor})*{factor:factor},"
    "{count:factor})<{size:factor}))/{size:factor}"
)
def mean_of_batch(values: Any, samples: Any, start: Any, factor: Any, size: Any, count: Any) -> Any:
    """The mean of a range over a batch of so many samples: those whose number (a range), less a
    start and times an odd factor, leaves a remainder below that when divided by the number of all.

    In NumPy for a start and a factor, or for columns of them, and a size, or a row of them.
    """
    start, factor, divisor = (np.asarray(each, float)[..., None] for each in (start, factor, size))
    rest = (np.ravel(amounts(samples)) - start) * factor % amounts(count)
    # Beside a cell that holds no number, a number ranks as cells do.
    below = rest < (size if isinstance(size, Reference) else divisor)
    membership = np.where(np.isnan(rest), np.nan, below)
    return exact.added(np.ravel(amounts(values)) * membership) / divisor[..., 0]
