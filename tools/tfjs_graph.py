"""Reads a TensorFlow.js graph model: nodes in a JSON file, weights in binary ones."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of the graph."""

    name: str
    "Unique; its first output goes by this name, its k-th by ``name:k``."
    op: str
    "TensorFlow's name of the operation."
    inputs: tuple[str, ...]
    "Names of outputs of other nodes, or of constants."
    attributes: dict[str, Any]
    "As in the JSON file; read them with ``integers`` and ``text``."

    def integers(self, attribute: str) -> list[int]:
        """The attribute's list of integers, such as strides."""
        return [int(value) for value in self.attributes[attribute]["list"]["i"]]

    def text(self, attribute: str) -> str:
        """The attribute's string, such as the kind of padding."""
        return base64.b64decode(self.attributes[attribute]["s"]).decode()

    def texts(self, attribute: str) -> list[str]:
        """The attribute's list of strings, such as the operations fused into this one."""
        return [base64.b64decode(text).decode() for text in self.attributes[attribute]["list"]["s"]]


@dataclass(frozen=True, slots=True)
class Graph:
    """A whole model."""

    nodes: tuple[Node, ...]
    "In an order in which they can be computed, constants left out."
    constants: dict[str, Array]
    "Weights as float32, shapes and permutations as int32."


def read(json_file: Path) -> Graph:
    """The model in ``json_file``, its weights from the files that it names beside it.

    Raises:
        ValueError: the weight files are longer or shorter than the JSON says.
    """
    described = json.loads(json_file.read_text("utf-8"))
    constants: dict[str, Array] = {}
    for group in described["weightsManifest"]:
        blob = b"".join((json_file.parent / path).read_bytes() for path in group["paths"])
        constants |= _weights(group["weights"], blob)
    nodes = (
        Node(node["name"], node["op"], tuple(node.get("input", ())), node.get("attr", {}))
        for node in described["modelTopology"]["node"]
    )
    return Graph(tuple(node for node in nodes if node.op != "Const"), constants)


def _weights(entries: list[dict[str, Any]], blob: bytes) -> dict[str, Array]:
    weights: dict[str, Array] = {}
    offset = 0
    for entry in entries:
        stored = np.dtype(entry.get("quantization", entry)["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = np.frombuffer(blob, stored, count, offset).reshape(entry["shape"])
        weights[entry["name"]] = values.astype(entry["dtype"])
        offset += values.nbytes
    if offset != len(blob):
        raise ValueError(f"the weights take {offset} bytes, but the files hold {len(blob)}")
    return weights
