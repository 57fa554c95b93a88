"""Makes a toy NanoDet-Plus for tests, and what upstream's head makes of what it computes.

The toy has nothing of NanoDet-Plus but the form of its input and of its output, and random weights.
To make it again, with https://github.com/RangiLyu/nanodet (1.0) on the path, in an environment of
its own with torch, torchvision, onnx and onnxscript::

    python -m tools.goldens_nanodet_plus
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import cv2
import numpy as np
import torch
import torchvision
from nanodet.data.transform.color import color_aug_and_norm
from nanodet.data.transform.warp import ShapeTransform, warp_boxes
from nanodet.model.head.gfl_head import Integral
from nanodet.model.head.nanodet_plus_head import NanoDetPlusHead
from torch import nn

from tools.goldens_common import (
    CLASSES,
    SIZE,
    Found,
    calibrate,
    golden,
    pictures,
    save,
    save_network,
    spread,
    steady,
)

SEED = 3
STRIDES = (8, 16, 32, 64)
MOST_BINS = 7
THRESHOLD = 0.05
"""Upstream's, and not to be chosen."""
MOST = 100
"""Boxes that upstream returns: as many would mean that some are missing."""
NORMALISE = [[103.53, 116.28, 123.675], [57.375, 57.12, 58.395]]
"""Of all its settings; so is that pictures are stretched."""
CHANNELS = 12


class Toy(nn.Module):
    """Halves the picture until each grid is reached, and tells of every cell."""

    def __init__(self) -> None:
        super().__init__()
        widths = [3, *[CHANNELS] * 6]
        self.halvings = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 3, 2, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.LeakyReLU(0.1),
            )
            for before, after in pairwise(widths)
        )
        self.scores = nn.ModuleList(nn.Conv2d(CHANNELS, CLASSES, 1) for _ in STRIDES)
        self.sides = nn.ModuleList(nn.Conv2d(CHANNELS, 4 * (MOST_BINS + 1), 1) for _ in STRIDES)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """(1, cells, classes + sides), the classes' part after the sigmoid, as upstream exports."""
        features, parts = picture, []
        for depth, halve in enumerate(self.halvings):
            features = halve(features)
            if depth >= 2:
                scores = self.scores[depth - 2](features).sigmoid()
                part = torch.cat([scores, self.sides[depth - 2](features)], 1)
                parts.append(part.flatten(2))
        return torch.cat(parts, 2).permute(0, 2, 1)


def main() -> None:
    """Writes nanodet-plus.npz and nanodet-plus.onnx.xz."""
    views = pictures(SEED)
    fitted = [_fit(view) for view in views]
    inputs = torch.from_numpy(np.stack([each["img"] for each in fitted]))
    network = _network(inputs)
    with torch.no_grad():
        outputs = network(inputs).numpy()
    arrays = {"classes": np.array(CLASSES)}
    for number, (view, meta) in enumerate(zip(views, fitted, strict=True)):
        find = partial(_find, view=view, matrix=meta["warp_matrix"])
        arrays |= golden(number, view, steady(outputs[number], find))
        arrays[f"picture_{number}"], arrays[f"output_{number}"] = view, outputs[number]
        # Kept as what it was before it was normalised, which the numbers still tell.
        mean, std = (np.reshape(each, (3, 1, 1)) for each in NORMALISE)
        arrays[f"input_{number}"] = np.round(meta["img"] * std + mean).astype(np.uint8)
    versions = (torch.__version__, torchvision.__version__, cv2.__version__)
    told = "nanodet 1.0's head, torch {}, torchvision {}, cv2 {}".format(*versions)
    save("nanodet-plus", f"{told}, seed {SEED}", arrays, THRESHOLD)
    save_network("nanodet-plus", network, "output")


def _fit(view: np.ndarray) -> dict[str, np.ndarray]:
    """As ``nanodet.data.transform.Pipeline`` does without augmentation."""
    meta = ShapeTransform(keep_ratio=False)({"img": view.copy()}, SIZE)
    meta = color_aug_and_norm(meta, {"normalize": NORMALISE})
    return meta | {"img": meta["img"].transpose(2, 0, 1)}


def _network(inputs: torch.Tensor) -> Toy:
    torch.manual_seed(SEED)
    network = Toy()
    calibrate(network, inputs)
    for scores, sides in zip(network.scores, network.sides, strict=True):
        spread(scores, 3, -3.5)
        spread(sides, 4, 0)
    return network


def _find(output: np.ndarray, view: np.ndarray, matrix: np.ndarray) -> Found:
    """What upstream's methods find, back in the picture."""
    head = SimpleNamespace(strides=STRIDES, distribution_project=Integral(MOST_BINS))
    head.get_single_level_center_priors = partial(
        NanoDetPlusHead.get_single_level_center_priors, head
    )
    table = torch.from_numpy(output)[None]
    logits, sides = torch.logit(table[..., :CLASSES].double()), table[..., CLASSES:]
    meta = {"img": np.zeros((1, 3, SIZE[1], SIZE[0]))}
    ((boxes, classes),) = NanoDetPlusHead.get_bboxes(head, logits.float(), sides, meta)
    assert len(classes) < MOST
    height, width = view.shape[:2]
    corners = warp_boxes(boxes[:, :4].numpy(), np.linalg.inv(matrix), width, height)
    return corners, boxes[:, 4].numpy(), classes.numpy()


if __name__ == "__main__":
    main()
