"""What the makers of goldens for detectors from elsewhere share: pictures, weights, files."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from torch import nn

FOLDER = Path(__file__).parent.parent / "tests" / "models" / "families" / "data"

SIZE = (96, 64)
"""Width and height of the networks' inputs."""

SIDES = ((96, 64), (64, 96), (120, 90), (151, 77))
"""Of the pictures: as large as the input, and scaled by all kinds of factors."""

CLASSES = 7
THRESHOLD = 0.1
NOISE = 1e-5
"""Of outputs, that may change nothing about which boxes are left."""

Found = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Corners in pixels of the picture, (n, 4); scores; classes."""


def pictures(seed: int) -> list[np.ndarray]:
    """BGR pictures of smooth blobs."""
    generator = np.random.default_rng(seed)
    found = []
    for width, height in SIDES:
        coarse = generator.integers(0, 256, (6, 6, 3)).astype(np.uint8)
        found.append(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    return found


def calibrate(network: nn.Module, inputs: torch.Tensor) -> None:
    """Has batch normalisation normalise what random weights make of ``inputs``."""
    network.eval()
    norms = [each for each in network.modules() if isinstance(each, nn.BatchNorm2d)]
    for each in norms:
        each.momentum = None
        each.reset_running_stats()
        each.train()
    with torch.no_grad():
        network(inputs)
    network.eval()


def spread(conv: nn.Conv2d, gain: float, bias: float) -> None:
    """Has a network's last layer say different things of different cells."""
    with torch.no_grad():
        conv.weight.mul_(gain)
        conv.bias.fill_(bias)


def steady(output: np.ndarray, find: Callable[[np.ndarray], Found]) -> Found:
    """What is found in an output, if rounding decides nothing about it.

    Raises:
        AssertionError: noise changes how many are found, their order or their classes.
    """
    found = find(output.copy())
    generator = np.random.default_rng(0)
    for _ in range(5):
        noise = generator.uniform(-NOISE, NOISE, output.shape).astype(np.float32)
        assert np.array_equal(found[2], find(output + noise)[2]), "take another seed"
    return found


def cut(found: Found, picture: np.ndarray) -> Found:
    """Boxes cut off at the picture's edges; those outside are gone."""
    height, width = picture.shape[:2]
    corners = np.clip(found[0], 0, np.array([width, height, width, height]))
    kept = (corners[:, 2:] > corners[:, :2]).all(axis=1)
    return corners[kept], found[1][kept], found[2][kept]


def golden(number: int, picture: np.ndarray, found: Found) -> dict[str, np.ndarray]:
    """The arrays of one picture."""
    corners, scores, classes = cut(found, picture)
    print(f"picture {number}: {len(scores)} boxes of {len(set(classes.tolist()))} classes")
    return {
        f"corners_{number}": corners.astype(np.float32),
        f"scores_{number}": scores.astype(np.float32),
        f"classes_{number}": classes.astype(np.int32),
    }


def save(
    name: str, reference: str, arrays: dict[str, np.ndarray], threshold: float = THRESHOLD
) -> None:
    """Writes ``name``.npz, with the reference's name and version."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.npz"
    np.savez_compressed(path, reference=reference, size=SIZE, threshold=threshold, **arrays)
    print(path, path.stat().st_size, reference)


def save_network(name: str, network: nn.Module, output: str) -> None:
    """Writes ``name``.onnx.xz, which computes what ``network`` does."""
    plain = FOLDER / f"{name}.onnx"
    picture = torch.zeros(1, 3, SIZE[1], SIZE[0])
    torch.onnx.export(
        network, (picture,), str(plain), input_names=["images"], output_names=[output],
        opset_version=18, dynamo=True, external_data=False,
    )  # fmt: skip
    model = onnx.load(plain)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    del model.graph.value_info[:]
    del model.metadata_props[:]
    packed = plain.with_name(plain.name + ".xz")
    packed.write_bytes(lzma.compress(model.SerializeToString(), preset=9))
    plain.unlink()
    print(packed, packed.stat().st_size)
