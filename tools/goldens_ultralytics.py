"""What the Ultralytics package computes with networks of random weights, for tests.

The package is AGPL-3.0: it is run here, and only numbers are kept. To make them again, in an
environment of its own with ultralytics, torch and torchvision::

    python -m tools.goldens_ultralytics
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
import torchvision
import ultralytics
import yaml
from torch import nn
from ultralytics import YOLO
from ultralytics.models.yolo.detect import DetectionPredictor
from ultralytics.utils import ROOT

from tools.goldens_common import (
    CLASSES,
    SIZE,
    THRESHOLD,
    calibrate,
    golden,
    pictures,
    save,
    spread,
)

SEED = 3
NETWORKS = {"yolov8": "v8", "yolo11": "11", "yolo26": "26", "final26": "26"}
"""And the folders that describe them."""
FINAL = "final26"
"""YOLO26 with its head that sorts out duplicates itself; as a rule the other one is taken."""
SCALE = [0.33, 0.125, 1024]
"""Depth, width and most channels: with fewer, some parts would have no channel at all."""


class Recorder(DetectionPredictor):
    """Keeps what goes into a network and what comes out."""

    seen: tuple[np.ndarray, np.ndarray]

    def postprocess(self, preds, img, orig_imgs, **kwargs):  # noqa: D102
        output = preds[0] if isinstance(preds, (list, tuple)) else preds
        Recorder.seen = img[0].numpy().copy(), output[0].numpy().copy()
        return super().postprocess(preds, img, orig_imgs, **kwargs)


def main() -> None:
    """Writes ultralytics.npz."""
    views = pictures(SEED)
    arrays = {"classes": np.array(CLASSES), "networks": np.array(list(NETWORKS))}
    for number, view in enumerate(views):
        arrays[f"picture_{number}"] = view
    for name, folder in NETWORKS.items():
        yolo = _network(name, folder)
        for number, view in enumerate(views):
            arrays |= _golden(yolo, name, number, view)
    versions = (each.__version__ for each in (ultralytics, torch, torchvision, cv2))
    told = "ultralytics {}, torch {}, torchvision {}, cv2 {}".format(*versions)
    save("ultralytics", f"{told}, seed {SEED}", arrays)


def _golden(yolo: YOLO, name: str, number: int, view: np.ndarray) -> dict[str, np.ndarray]:
    boxes = _predicted(yolo, view, nms=name != FINAL)
    planes, output = Recorder.seen
    found = boxes.xyxy.numpy(), boxes.conf.numpy(), boxes.cls.numpy().astype(int)
    arrays = golden(number, view, found)
    whole = np.round(planes * 255)
    assert np.abs(planes * 255 - whole).max() < 1e-3
    return {
        f"input_{number}": whole.astype(np.uint8),
        f"{name}_output_{number}": output,
        **{f"{name}_{key}": value for key, value in arrays.items()},
    }


def _predicted(yolo: YOLO, view: np.ndarray, *, nms: bool) -> ultralytics.engine.results.Boxes:
    """What it sees in the picture, by its own rules but for the threshold."""
    (result,) = yolo.predict(
        view, predictor=Recorder, imgsz=SIZE[::-1], rect=False, conf=THRESHOLD, nms=nms,
        device="cpu", verbose=False, save=False,
    )  # fmt: skip
    return result.boxes


def _network(name: str, folder: str) -> YOLO:
    torch.manual_seed(SEED)
    file = ROOT / "cfg" / "models" / folder / f"{name.replace('final', 'yolo')}.yaml"
    described = yaml.safe_load(file.read_text())
    described |= {"nc": CLASSES, "scales": {"n": SCALE}}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"{name}n.yaml"
        path.write_text(yaml.safe_dump(described))
        yolo = YOLO(path, task="detect")
    blobs = [cv2.resize(view, SIZE) for view in pictures(SEED)]
    inputs = torch.from_numpy(np.stack(blobs).transpose(0, 3, 1, 2) / np.float32(255))
    calibrate(yolo.model, inputs)
    for each in yolo.model.model[-1].modules():
        if isinstance(each, nn.Conv2d) and each.bias is not None:
            of_classes = each.out_channels == CLASSES
            spread(each, 6 if of_classes else 2, -2 if of_classes else 1.5)
    return yolo


if __name__ == "__main__":
    main()
