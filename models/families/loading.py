"""A detector from an ONNX file that someone else made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import onnxruntime as ort

from models import half
from models.devices import Device
from models.families.detector import FamilyDetector, InputPlace
from models.families.family import Shape, Signature
from models.families.fitting import Size
from models.families.labels import labels_for
from models.families.recognise import recognise, told, unknown
from models.session import File, Opener, Provider, open_session
from models.tuned import OpenedSession, Tunable, open_tuned
from vision.errors import ModelError, WeightsCorrupt, WeightsMissing

SIZE_KEYS = ("openeyes.input_size", "imgsz")
"""Of the metadata, where shapes are free: our own exports' ``[width, height]`` and Ultralytics'
``[height, width]``."""

DEFAULT_SIDE = 640
"""Pixels a side, where neither the file nor the caller tells."""

SIDES = range(32, 2049)
"""Pixels that one may have; which of them suit a network, its first run shows."""

_DAMAGED = ("INVALID_PROTOBUF", "NO_SUCHFILE", "No graph was found")
"""In onnxruntime's words, what only another file cures."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller leaves to no file."""

    labels: Sequence[str] | None = None
    "Names of the classes, in the network's order."
    size: Size | None = None
    "Of the input, where the file leaves it free."
    family: str | None = None
    "Of the network, where that is known; goes before what the file tells."


def load(  # noqa: PLR0913, PLR0917 — where from, on what, and what else is known
    name: str,
    path: Path,
    device: Device,
    threads: int | None,
    wanted: Wanted | None = None,
    opener: Opener = open_session,
) -> FamilyDetector:
    """The detector in the file ``path``, called ``name``, in the fastest way that sees the same.

    Raises:
        WeightsMissing: the file is not there.
        WeightsCorrupt: it is no ONNX file, or not a whole one.
        ConfigError: labels or size do not fit it, or there is no such family.
        DeviceUnavailable: the device was asked for by name and cannot be used.
        ModelError: it is of no family that is known here, or does not run.
    """
    if not path.is_file():
        raise WeightsMissing(f"there is no file {path}: give the path of an ONNX file")

    def made(opened: OpenedSession) -> FamilyDetector:
        return _detector(name, opened, wanted or Wanted())

    def whole(model: File, options: ort.SessionOptions, provider: Provider) -> ort.InferenceSession:
        return _opened(opener, model, options, provider)

    tunable = Tunable(path, made, lambda detector: detector.detect(half.picture()))
    return open_tuned(tunable, device=device, threads=threads, opener=whole)


def signature_of(session: ort.InferenceSession) -> Signature:
    """What the file of a session tells."""
    return Signature(
        {each.name: _shape(each) for each in session.get_inputs()},
        {each.name: _shape(each) for each in session.get_outputs()},
        dict(session.get_modelmeta().custom_metadata_map),
    )


def _opened(
    opener: Opener, model: File, options: ort.SessionOptions, provider: Provider
) -> ort.InferenceSession:
    try:
        return opener(model, options, provider)
    except Exception as error:  # onnxruntime's errors share no root
        if any(word in str(error) for word in _DAMAGED):
            raise WeightsCorrupt(
                f"{model!s} is not an ONNX file, or not a whole one: fetch or export it again"
            ) from error
        raise


def _detector(name: str, opened: OpenedSession, wanted: Wanted) -> FamilyDetector:
    signature = told(signature_of(opened.session), wanted.family)
    picture, shape = _picture(signature, name)
    width, height = input_size(signature, shape, wanted.size, name)
    shapes = {each: (1, *map(_one, free[1:])) for each, free in signature.inputs.items()}
    shapes[picture] = (1, 3, height, width)
    network = opened.bound(shapes)
    if network.inputs[picture].dtype.kind != "f":
        raise ModelError(f"{name} takes whole numbers for a picture: export it with real ones")
    # Many files leave sides of their outputs free that a first run shows.
    signature = replace(signature, outputs=network.output_shapes)
    family = recognise(signature, name)
    labels = labels_for(family, signature, wanted.labels, name)
    place = InputPlace(network, picture, wide=shape[0] is None)
    detector = FamilyDetector(name, family, labels, place)
    detector.prove(half.picture())
    return detector


def _picture(signature: Signature, what: str) -> tuple[str, Shape]:
    """The input that takes the picture, by name and shape."""
    try:
        return signature.picture
    except StopIteration:
        raise unknown(signature, what) from None


def input_size(signature: Signature, shape: Shape, wanted: Size | None, what: str) -> Size:
    """Width and height of the input: fixed by the file, wanted, told by it, or the default.

    Raises:
        ModelError: the file fixes another size than the one wanted, or the size is no good.
    """
    height, width = shape[2:]
    if height and width:
        if wanted not in (None, (width, height)):
            raise ModelError(f"{what} takes pictures of {width}×{height} only: export it anew")
        return width, height
    size = wanted or _told(signature, what) or (DEFAULT_SIDE, DEFAULT_SIDE)
    if any(side not in SIDES for side in size):
        raise ModelError(
            f"{size[0]}×{size[1]} is no input size for {what}: choose {SIDES[0]} to {SIDES[-1]}"
        )
    return size


def _told(signature: Signature, what: str) -> Size | None:
    for key in SIZE_KEYS:
        if key not in signature.metadata:
            continue
        try:
            first, second = msgspec.json.decode(signature.metadata[key], type=tuple[int, int])
        except msgspec.MsgspecError as error:
            raise ModelError(f"the metadata {key} of {what} is damaged: {error}") from error
        return (second, first) if key == "imgsz" else (first, second)
    return None


def _shape(described: ort.NodeArg) -> Shape:
    return tuple(side if isinstance(side, int) and side > 0 else None for side in described.shape)


def _one(side: int | None) -> int:
    return 1 if side is None else side
