"""Makes a toy YOLOX for tests, and what its authors' code computes with it.

The toy has the architecture of YOLOX-Nano, fewer channels and classes, and random weights. To make
it again, in an environment of its own with yolox 0.3.0 (its source distribution on the path will
do), torch, torchvision, loguru, tabulate, onnx and onnxscript::

    python -m tools.goldens_yolox
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torchvision
import yolox
from yolox.data.data_augment import preproc
from yolox.models import YOLOPAFPN, YOLOX, YOLOXHead
from yolox.utils.boxes import postprocess

from tools.goldens_common import (
    CLASSES,
    SIZE,
    THRESHOLD,
    Found,
    calibrate,
    golden,
    pictures,
    save,
    save_network,
    spread,
    steady,
)

SEED = 10
DEPTH, WIDTH = 0.33, 0.03125
NMS_IOU = 0.65
"""``nmsthre`` of yolox.exp.yolox_base, with which its authors evaluate."""


def main() -> None:
    """Writes yolox.npz and yolox.onnx.xz."""
    views = pictures(SEED)
    fitted = [preproc(view, SIZE[::-1]) for view in views]
    inputs = torch.from_numpy(np.stack([planes for planes, _ in fitted]))
    network = _network(inputs)
    with torch.no_grad():
        network.head.decode_in_inference = True
        decoded = network(inputs).numpy()
        network.head.decode_in_inference = False
        raw = network(inputs).numpy()
    arrays = {"classes": np.array(CLASSES)}
    for number, (view, (planes, scale)) in enumerate(zip(views, fitted, strict=True)):
        arrays |= golden(
            number, view, steady(decoded[number], lambda each, s=scale: _find(each, s))
        )
        arrays[f"picture_{number}"], arrays[f"input_{number}"] = view, planes.astype(np.uint8)
        arrays[f"raw_{number}"], arrays[f"decoded_{number}"] = raw[number], decoded[number]
    versions = (yolox.__version__, torch.__version__, torchvision.__version__, cv2.__version__)
    told = "yolox {}, torch {}, torchvision {}, cv2 {}".format(*versions)
    save("yolox", f"{told}, seed {SEED}", arrays)
    save_network("yolox", network, "output")


def _network(inputs: torch.Tensor) -> YOLOX:
    torch.manual_seed(SEED)
    channels = [256, 512, 1024]
    backbone = YOLOPAFPN(DEPTH, WIDTH, in_channels=channels, depthwise=True)
    head = YOLOXHead(CLASSES, WIDTH, in_channels=channels, depthwise=True)
    network = YOLOX(backbone, head)
    calibrate(network, inputs)
    for classes, boxes, objectness in zip(
        head.cls_preds, head.reg_preds, head.obj_preds, strict=True
    ):
        spread(classes, 6, 0)
        spread(boxes, 2, 0.9)
        spread(objectness, 6, -3)
    return network


def _find(decoded: np.ndarray, scale: float) -> Found:
    table = torch.from_numpy(decoded.copy())[None]
    (found,) = postprocess(table, CLASSES, THRESHOLD, NMS_IOU)
    values = found.numpy()
    return values[:, :4] / scale, values[:, 4] * values[:, 5], values[:, 6].astype(int)


if __name__ == "__main__":
    main()
