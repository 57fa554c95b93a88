from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from models import metadata
from tests.models.families import constant_model


@pytest.mark.parametrize("length", [0, 1, 127, 128, 20_000])
def test_what_is_added_is_read_by_others_and_nothing_else_is_lost(
    tmp_path: Path, length: int
) -> None:
    outputs = {"out": np.arange(3, dtype=np.float32)}
    path = constant_model.write(tmp_path / "a.onnx", outputs, metadata={"task": "detect"})
    metadata.add(path, {"openeyes.a": "ü" * length, "b" * (length or 1): "said"})
    model = onnx.load(path)
    onnx.checker.check_model(model)
    expected = {"task": "detect", "openeyes.a": "ü" * length, "b" * (length or 1): "said"}
    assert {each.key: each.value for each in model.metadata_props} == expected
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map == expected
    picture = np.zeros((1, 3, 64, 64), np.float32)
    assert session.run(None, {"images": picture})[0].tolist() == [0, 1, 2]
