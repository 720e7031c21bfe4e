"""What stands beside each map: its numbers above, and below them its kernels."""

from dataclasses import dataclass

CELL, GAP = 30, 8  # pixels: a number's column, and the column between two kernels
LEAST = 3  # columns of numbers


@dataclass(frozen=True)
class Beside:
    """The columns beside each map of a page: `units`, each as wide as a kernel of `size` cells,
    with a narrow column after each kernel. Rows and columns are counted from 0, from the first
    cell beside the map.
    """

    size: int = 1
    units: int = 0

    @property
    def step(self) -> int:
        """Columns from one kernel to the next."""
        return self.size + (self.size > 1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of all columns, in pixels."""
        if not self.units:
            return ()
        unit = (CELL,) * self.size + (GAP,) * (self.size > 1)
        return unit * self.units + (GAP,) * (self.size == 1)

    @property
    def usable(self) -> list[int]:
        """The columns that are wide enough for a number."""
        return [column for column, pixels in enumerate(self.widths) if pixels == CELL]

    def number(self, n: int) -> tuple[int, int]:
        """The row and the column of number `n`; its name stands above it."""
        line, place = divmod(n, len(self.usable))
        return 2 * line + 1, self.usable[place]

    def rows_of_numbers(self, count: int) -> int:
        """How many rows so many numbers take with their names."""
        return 2 * -(-count // max(1, len(self.usable)))

    def kernel(self, n: int, top: int, across: int, first: int = 0) -> tuple[int, int]:
        """The row and the column of kernel `n` of a block below `top` rows, which lie `across` side
        by side from unit number `first` on; its name stands above it.
        """
        line, place = divmod(n, across)
        return top + line * (self.size + 1) + 1, (first + place) * self.step

    def rows_of_kernels(self, count: int, across: int) -> int:
        """How many rows so many kernels take with their names."""
        return -(-count // across) * (self.size + 1) if count else 0


@dataclass(frozen=True)
class Content:
    """What a page shows beside each map of a block: so many numbers, and so many kernels in each of
    some blocks side by side.
    """

    numbers: int = 0
    kernels: int = 0
    blocks: int = 1

    def rows(self, beside: Beside) -> int:
        """How many rows it takes."""
        if not beside.units:
            return 0
        across = max(1, beside.units // self.blocks)
        return beside.rows_of_numbers(self.numbers) + beside.rows_of_kernels(self.kernels, across)


def fitting(contents: list[Content], size: int, most_rows: int, most_pixels: int) -> Beside:
    """The columns for the contents of all blocks of a page: no more than it takes for each to keep
    within so many rows, and no wider than so many pixels.
    """
    if not any(content.numbers or content.kernels for content in contents):
        return Beside(size, 0)
    blocks = max(content.blocks for content in contents)
    least = -(-LEAST // size) if any(content.numbers for content in contents) else 1
    units = max(blocks, least + -least % blocks)
    most = max(content.kernels * content.blocks for content in contents)
    unit = size * CELL + GAP * (size > 1)
    while (
        max(content.rows(Beside(size, units)) for content in contents) > most_rows
        and units + blocks <= max(most, units)
        and (units + blocks) * unit <= most_pixels
    ):
        units += blocks
    return Beside(size, units)
