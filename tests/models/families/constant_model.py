"""ONNX files that answer the same to every picture: what matters here is what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def write(
    path: Path,
    outputs: Mapping[str, np.ndarray],
    picture: Sequence[int | str] = (1, 3, 64, 64),
    metadata: Mapping[str, str] | None = None,
    name: str = "images",
) -> Path:
    """A network with one input, and these outputs."""
    nodes = [
        helper.make_node("Constant", [], [each], value=numpy_helper.from_array(value, each))
        for each, value in outputs.items()
    ]
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(picture))],
        [
            helper.make_tensor_value_info(
                each, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape
            )
            for each, value in outputs.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    helper.set_model_props(model, dict(metadata or {}))
    onnx.save(model, path)
    return path
