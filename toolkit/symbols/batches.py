"""Batches: the samples that belong to a batch, and averages over them."""

from typing import Any

import numpy as np

from toolkit.symbols import exact
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import Reference, amounts
from toolkit.symbols.comparisons import less, where
from toolkit.symbols.ranges import sum_of_products, total


@cell_function("IF(MOD({number}-({start}),{count})<{size},1,0)")
def in_batch(number: Any, size: Any, start: Any, count: Any) -> Any:
    """1 if sample `number` (from 0) belongs to a batch, else 0.

    The batch has `size` samples, begins at sample `start`, and continues with the first sample
    after the last of all `count` samples.
    """
    return where(less((number - start) % count, size), 1.0, 0.0)


@cell_function("SUMPRODUCT({values},{mask})/SUM({mask})")
def mean_where(values: Any, mask: Any) -> Any:
    """The mean of `values` over the cells in which `mask` is 1 instead of 0."""
    return sum_of_products(values, mask) / total.compute(mask)


@cell_function(
    "SUMPRODUCT({values:factor}*(MOD(({samples:factor}-{start:factor})*{factor:factor},"
    "{count:factor})<{size:factor}))/{size:factor}"
)
def mean_of_batch(values: Any, samples: Any, start: Any, factor: Any, size: Any, count: Any) -> Any:
    """The mean of a range over a batch of `size` out of `count` samples.

    The batch consists of the samples with (number - start) · factor mod count < size, where the
    numbers are the range `samples` and `factor` is odd. In NumPy, start and factor may be columns,
    and size may be a row.
    """
    start, factor, divisor = (np.asarray(each, float)[..., None] for each in (start, factor, size))
    rest = (np.ravel(amounts(samples)) - start) * factor % amounts(count)
    # Compared with a cell that holds no number, a number ranks as a cell does.
    below = rest < (size if isinstance(size, Reference) else divisor)
    membership = np.where(np.isnan(rest), np.nan, below)
    return exact.added(np.ravel(amounts(values)) * membership) / divisor[..., 0]
