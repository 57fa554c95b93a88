"""A graph of SmolVLM while it is being written, and the numbers that it is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

Array = NDArray[Any]
Weights = Mapping[str, Array]
"""By the names that transformers gives them."""

OPSET = 20
IR_VERSION = 9


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers that the graphs are built from."""

    tile: int
    "Side of a tile in pixels."
    patch: int
    "Side of a patch in pixels."
    shuffle: int
    "Patches along a side that become one position."
    vision_layers: int
    "Of the vision encoder."
    vision_heads: int
    "Of the vision encoder."
    layers: int
    "Of the language model."
    heads: int
    "Of the queries."
    cached_heads: int
    "Of keys and values."
    head_size: int
    "Of each head."
    theta: float
    "Base of the rotary embedding's wavelengths."
    epsilon: float
    "Of the language model's norms."
    vision_epsilon: float
    "Of the vision encoder's norms."


@dataclass(slots=True)
class Writer:
    """A graph while it is being written."""

    weights: Weights
    "What ``weight`` takes from."
    nodes: list[NodeProto] = field(default_factory=list)
    "In the order of computation."
    initializers: dict[str, TensorProto] = field(default_factory=dict)
    "By name."

    def __call__(self, op: str, *inputs: str | Array, name: str = "", **attributes: Any) -> str:
        """Appends a node; arrays among the inputs become constants. Returns its output's name."""
        name = name or f"{op}_{len(self.nodes)}"
        names = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        self.nodes.append(helper.make_node(op, names, [name], name, **attributes))
        return name

    def constant(self, value: Array) -> str:
        """Stores a constant and returns its name."""
        name = f"constant_{len(self.initializers)}"
        self.initializers[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        """Stores a weight, ``turned`` for a matrix that inputs are multiplied with."""
        value = self.weights[name]
        value = np.ascontiguousarray(value.T if turned else value)
        self.initializers[name] = numpy_helper.from_array(value, name)
        return name

    def linear(self, x: str, name: str, *, bias: bool) -> str:
        """A dense layer."""
        product = self("MatMul", x, self.weight(f"{name}.weight", turned=True))
        return self("Add", product, self.weight(f"{name}.bias")) if bias else product

    def reshape(self, x: str, *sides: int) -> str:
        """0 keeps a side, -1 is what is left."""
        return self("Reshape", x, np.array(sides, np.int64))

    def split_heads(self, x: str, heads: int) -> str:
        """(b, n, heads * d) to (b, heads, n, d)."""
        return self("Transpose", self.reshape(x, 0, 0, heads, -1), perm=[0, 2, 1, 3])

    def finish(self, name: str, inputs: list[Any], outputs: list[Any]) -> ModelProto:
        """The checked model."""
        graph = helper.make_graph(
            self.nodes, name, inputs, outputs, list(self.initializers.values())
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="openeyes"
        )
        checker.check_model(model)
        return model
