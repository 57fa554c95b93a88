"""MoveNet.SinglePose: the joints of the person in the middle of a small square picture.

A MobileNetV2 with a feature pyramid and four CenterNet heads (Google, "MoveNet.SinglePose model
card", 2021; Zhou et al., "Objects as Points", 2019, https://arxiv.org/abs/1904.07850): the person's
centre, their joints as seen from it, and where each joint is exactly. The search through these is
part of the network.

It is run once for each person, on the square around their box, rather than a network for several
people once on the whole picture: so it is known whose joints they are, and someone far away is seen
as well as someone near.
"""

from __future__ import annotations

from collections.abc import Sequence

from models import weights
from models.devices import Runtime
from models.pose_square import Square, cut, joints_in_picture
from models.session import Network, open_network
from vision.picture import Picture
from vision.types import Box, Pose

NAME = "movenet-lightning-192"


class MoveNet:
    """A ``vision.ports.PoseEstimator``. Its buffers are its own: one thread at a time."""

    def __init__(self, described: weights.Manifest, network: Network) -> None:
        self.name = described.name
        self._border = described.border
        self._network = network

    @property
    def runtime(self) -> Runtime:
        """What it runs on, and why."""
        return self._network.runtime

    def poses(self, picture: Picture, boxes: Sequence[Box]) -> tuple[Pose, ...]:
        """The pose of the person in each box, in the order of the boxes.

        Raises:
            ValueError: a box is not finite, or empty.
        """
        return tuple(self._pose(picture, box) for box in boxes)

    def close(self) -> None:
        """Holds nothing but memory."""

    def _pose(self, picture: Picture, box: Box) -> Pose:
        square = Square.around(box, picture.width, picture.height)
        cut(picture, square, self._border, self._network.inputs["pixels"][0])
        joints = self._network.run()["joints"][0, 0]
        return Pose(joints_in_picture(joints, square, picture))


def create(threads: int = 1) -> MoveNet:
    """Loads the network from the package, for the processor; ``threads`` bounds those of one run.

    Raises:
        WeightsMissing, WeightsCorrupt: see ``models.weights.load``.
        ConfigError, ModelError: see ``models.session.open_network``.
    """
    described = weights.manifest(NAME)
    network = open_network(weights.load(described), device="cpu", threads=threads)
    return MoveNet(described, network)
