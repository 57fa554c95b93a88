"""Text read by RapidOCR: the PP-OCRv6 networks of PaddleOCR on onnxruntime.

Three networks in turn: one finds lines (differentiable binarization, Liao et al., 2020), one tells
which stand on their heads, one reads each line, Chinese and English. Their weights come inside
RapidOCR's wheel and are named to it as files, so that it has nothing to download and writes
nothing. Its steps are driven one by one, since its front door neither bounds the lines of a dense
page nor tells which way up a line was read.
"""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.errors import ConfigError, ModelError, WeightsMissing
from vision.picture import Picture, Plane
from vision.types import Quad, TextBlock

LONGEST = 1920
"""Pixels of a picture's longer side; a larger picture is scaled down before it is read."""

SHORTEST = 320
"""Pixels of the shorter side up to which a small picture, such as a tap's crop, is enlarged."""

ENLARGED = 3.0
"""How much a small picture is enlarged at most: more adds no detail."""

SEARCHED = 960
"""Pixels of the longer side in which lines are looked for; they are read in the whole picture."""

MOST_LINES = 80
"""Lines read in one picture, the tallest first: each costs about 30 ms."""

MOST_CHARACTERS = 200
"""Characters of one line; the rest is cut off."""

LEAST_SCORE = 0.5
"""Lines that the reader is less sure of are left out: mostly they are no text."""

LEAST_SCORE_ALONE = 0.9
"""The same for a single character: edges and ornaments look like one."""

TALL = 1.5
"""Height by width from which RapidOCR takes a line to run upwards."""

_WEIGHTS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_UPSIDE_DOWN = "180"
_SURE_OF_DIRECTION = 0.9
_LOGGER = "RapidOCR"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line as RapidOCR read it."""

    text: str
    "As read."
    score: float
    "Mean of what the network gave its characters, 0…1."
    quad: Floats
    "(4, 2) pixels, clockwise from the reader's top left."


class RapidReader:
    """A ``vision.ports.TextReader``. One thread at a time."""

    def __init__(self, name: str, threads: int = 1) -> None:
        """Loads the networks and runs each once, so that the first picture costs no more.

        Raises:
            ConfigError: fewer than one thread was asked for.
            WeightsMissing: RapidOCR or its weights are not installed.
            ModelError: the weights cannot be loaded.
        """
        if threads < 1:
            raise ConfigError(f"a text reader needs at least one thread, not {threads}")
        self.name = name
        self._engine, self._nothing_found = _engine(_weights(), threads)

    def close(self) -> None:
        """Holds nothing that has to be freed."""

    def read(self, picture: Picture) -> tuple[TextBlock, ...]:
        """The lines of text in the picture, in no particular order; at most `MOST_LINES`."""
        pixels = _fitted(picture.bgr())
        height, width = pixels.shape[:2]
        blocks = (_block(line, (width, height)) for line in self._lines(pixels))
        return tuple(block for block in blocks if block is not None)

    def _lines(self, pixels: Plane) -> list[Line]:
        try:
            crops, found = self._engine.detect_and_crop(pixels, {})
        except self._nothing_found:
            return []
        quads = np.asarray(found.boxes, np.float64)
        kept = np.argsort(-_sides(quads).min(axis=1), kind="stable")[:MOST_LINES]
        upright, turns = self._engine.cls_and_rotate([crops[index] for index in kept])
        read = self._engine.recognize_txt(upright)
        told = zip(kept, turns.cls_res, read.txts, read.scores, strict=True)
        return [
            Line(text, float(score), _as_read(quads[index], *turn))
            for index, turn, text, score in told
        ]


def create(name: str, threads: int) -> RapidReader:
    """Loads RapidOCR; ``models.reader`` calls this. Raises what `RapidReader` raises."""
    return RapidReader(name, threads)


def printable(text: str) -> str:
    """One line without what cannot be seen (controls, direction marks), stripped and bounded."""
    seen = (" " if each.isspace() else each for each in text)
    kept = "".join(each for each in seen if unicodedata.category(each)[0] != "C")
    return " ".join(kept.split())[:MOST_CHARACTERS].rstrip()


def _weights() -> Mapping[str, str]:
    """Paths of the three networks, by RapidOCR's names for their steps."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise WeightsMissing("RapidOCR is not installed, so no text is read: pip install rapidocr")
    folder = Path(spec.origin).parent / "models"
    paths = {step: folder / file for step, file in _WEIGHTS.items()}
    for path in paths.values():
        if not path.is_file():
            raise WeightsMissing(
                f"the text reader's weights are not there ({path}): reinstall rapidocr"
            )
    return {step: str(path) for step, path in paths.items()}


def _engine(weights: Mapping[str, str], threads: int) -> tuple[Any, type[Exception]]:
    """RapidOCR, loaded and warm, and what it raises where there is no text."""
    main = import_module("rapidocr.main")
    _hush()
    try:
        engine = main.RapidOCR(params=_settings(weights, threads))
        _warm_up(engine, main.RapidOCRError)
    except Exception as error:  # RapidOCR's and onnxruntime's errors share no root
        raise ModelError(f"the text reader cannot be loaded: {error}") from error
    return engine, main.RapidOCRError


def _settings(weights: Mapping[str, str], threads: int) -> dict[str, Any]:
    # RapidOCR takes every core there is when it is given more threads than there are cores.
    threads = min(threads, os.cpu_count() or 1)
    return {
        **{f"{step}.model_path": path for step, path in weights.items()},
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.log_level": "error",
        "Global.use_vertical_padding": False,
        "Det.limit_type": "max",
        "Det.limit_side_len": SEARCHED,
        "Cls.cls_thresh": _SURE_OF_DIRECTION,
    }


def _hush() -> None:
    """Gives RapidOCR's messages to the program's own logging, without the handler it brings."""
    logger = logging.getLogger(_LOGGER)
    logger.handlers.clear()
    logger.propagate = True


def _warm_up(engine: Any, nothing_found: type[Exception]) -> None:
    blank = np.full((48, 320, 3), 255, np.uint8)
    with suppress(nothing_found):
        engine.detect_and_crop(blank, {})
    upright, _ = engine.cls_and_rotate([blank])
    engine.recognize_txt(upright)


def _fitted(pixels: Plane) -> Plane:
    shorter, longer = sorted(pixels.shape[:2])
    scale = min(max(1.0, min(ENLARGED, SHORTEST / shorter)), LONGEST / longer)
    if scale == 1.0:
        return pixels
    size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=kind), np.uint8)


def _sides(quads: Floats) -> Floats:
    """(n, 2) widths and heights in pixels, the longer of opposite sides."""
    edges = np.linalg.norm(quads - np.roll(quads, -1, axis=1), axis=2)
    return np.asarray(np.maximum(edges[:, :2], edges[:, 2:]), np.float64)


def _as_read(quad: Floats, direction: str, sure: float) -> Floats:
    """The corners in the order in which a reader who can read it sees them."""
    (width, height) = _sides(quad[None])[0].astype(int)
    turns = 1 if height >= TALL * width else 0
    if _UPSIDE_DOWN in direction and sure > _SURE_OF_DIRECTION:
        turns += 2
    return np.roll(quad, -turns, axis=0)


def _block(line: Line, size: tuple[int, int]) -> TextBlock | None:
    text = printable(line.text)
    if not text or line.score < (LEAST_SCORE if len(text) > 1 else LEAST_SCORE_ALONE):
        return None
    top_left, top_right, low_right, low_left = (
        (float(x), float(y)) for x, y in np.clip(line.quad / size, 0, 1)
    )
    quad: Quad = (top_left, top_right, low_right, low_left)
    return TextBlock(text, quad, min(1.0, line.score))
