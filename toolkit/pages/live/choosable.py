"""The layers whose maps a reader may choose to see large."""

from dataclasses import dataclass

from toolkit.pages.live.region import Region

MOST_SIZE = 5  # rows of a kernel that are shown


@dataclass(frozen=True)
class Choosable:
    """A layer whose maps a reader may choose: where its maps stand, and where its kernels do."""

    name: str
    maps: Region
    kernels: Region

    @property
    def large(self) -> bool:
        """Whether its maps have more than one cell."""
        return len(self.maps.maps.values[0]) > 1

    @property
    def size(self) -> int:
        """Rows of a kernel that are shown; 0 where there is none."""
        held = self.kernels.weights.kernels
        return min(MOST_SIZE, len(held[0, 0].values)) if held else 0

    @property
    def inputs(self) -> int:
        """How many kernels a map has."""
        return max((i + 1 for _, i in self.kernels.weights.kernels), default=1)
