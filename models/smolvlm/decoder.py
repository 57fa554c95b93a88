"""Greedy decoding with the three graphs of SmolVLM: vision encoder, token embedding, decoder.

The decoder takes embeddings and the keys and values of all positions before them, and gives the
logits of each position and the keys and values grown by it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.smolvlm.graphs import Graph
from models.smolvlm.settings import GRAPHS, Settings
from vision.errors import ModelError, NoAnswer

_PAST = re.compile(r"past_key_values\.(\d+)\.(key|value)")
_FEEDS = frozenset({"inputs_embeds", "attention_mask", "position_ids", "num_logits_to_keep"})

Floats = NDArray[np.float32]


class SmolNetwork:
    """The three graphs, and what goes from one to the other."""

    def __init__(self, graphs: Mapping[str, Graph], settings: Settings) -> None:
        """Takes the graphs by the names in ``GRAPHS``.

        Raises:
            ModelError: their inputs and outputs are not those of SmolVLM.
        """
        vision, embedding, decoder = (graphs[part] for part in GRAPHS)
        _expect(vision, {"pixel_values"}, {"image_features"})
        _expect(embedding, {"input_ids"}, {"inputs_embeds"})
        _expect(decoder, {"inputs_embeds", "attention_mask"}, {"logits"})
        self.decoder = decoder
        self.cache = _cache_shapes(decoder, settings)
        "Shape of the empty keys and values, by the name of the input."
        self._vision = vision
        self._embedding = embedding

    def look(self, tiles: Floats) -> Floats:
        """Features of tiles.

        Args:
            tiles: (n, 3, side, side), normalised.

        Returns:
            (n * tokens per tile, hidden size).
        """
        # One at a time: a processor gains nothing from more at once, and memory grows with it.
        return np.concatenate([self._look_at(tile) for tile in tiles])

    def embed(self, ids: Sequence[int]) -> Floats:
        """(1, tokens, hidden size): the embeddings of tokens."""
        out = self._embedding.run({"input_ids": np.array([ids], np.int64)})
        return _floats(out["inputs_embeds"])

    def prompt(self, ids: Sequence[int], image: int, features: Floats | None) -> Floats:
        """Embeddings of a prompt, those of the token ``image`` replaced by features in turn.

        Raises:
            ModelError: there are more features than places for them, or fewer.
        """
        embeddings = self.embed(ids).copy()
        places = np.array(ids) == image
        rows = 0 if features is None else len(features)
        if places.sum() != rows:
            raise ModelError(
                f"{rows} image features for {places.sum()} places: not SmolVLM's files"
            )
        if features is not None:
            embeddings[0, places] = features
        return embeddings

    def _look_at(self, tile: Floats) -> Floats:
        mask = np.ones((1, 1, *tile.shape[1:]), np.bool_)
        out = self._vision.run({"pixel_values": tile[None, None], "pixel_attention_mask": mask})
        features = _floats(out["image_features"])
        return features.reshape(-1, features.shape[-1])


class Decoding:
    """One answer in the making: the keys and values of all positions so far."""

    def __init__(self, network: SmolNetwork) -> None:
        self._network = network
        self._decoder = network.decoder
        self._position = 0
        self._past: dict[str, ort.OrtValue] = {
            name: self._decoder.empty(name, shape) for name, shape in network.cache.items()
        }

    def step(self, embeddings: Floats) -> Floats:
        """(vocabulary,) logits after the last of these positions.

        Args:
            embeddings: (1, positions, hidden size) that follow the ones before.
        """
        before, self._position = self._position, self._position + embeddings.shape[1]
        feeds = {
            "inputs_embeds": embeddings,
            "attention_mask": np.ones((1, self._position), np.int64),
            "position_ids": np.arange(before, self._position)[None],
            "num_logits_to_keep": np.array(1, np.int64),
            **self._past,
        }
        present = {name: name.replace("past_key_values", "present") for name in self._past}
        out = self._decoder.run(feeds, keep=present.values())
        self._past = {name: out[new] for name, new in present.items()}
        return np.asarray(out["logits"].numpy()[0, -1], np.float32)

    def tokens(self, embeddings: Floats) -> Generator[int, None, None]:
        """The likeliest continuation of a prompt, token by token, without end.

        Raises:
            NoAnswer: the logits are not numbers, as when half precision overflows.
        """
        while True:
            logits = self.step(embeddings)
            token = int(logits.argmax())
            if not np.isfinite(logits[token]):
                raise NoAnswer(
                    "SmolVLM's numbers overflowed: choose the variant without -fp16 or -q4"
                )
            yield token
            embeddings = self._network.embed([token])


def _cache_shapes(decoder: Graph, settings: Settings) -> dict[str, tuple[int, ...]]:
    """(1, heads, 0, head size) for each cached input, from the graph or else the settings."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, (_, heads, _, size) in (
        (name, shape) for name, shape in decoder.shapes.items() if _PAST.fullmatch(name)
    ):
        shapes[name] = (
            1,
            heads if isinstance(heads, int) else settings.heads,
            0,
            size if isinstance(size, int) else settings.head_size,
        )
    present = {name.replace("past_key_values", "present") for name in shapes}
    unknown = decoder.shapes.keys() - shapes.keys() - _FEEDS
    if not shapes or not present <= set(decoder.outputs) or unknown:
        raise ModelError(
            "the decoder's inputs are not those of SmolVLM's decoder_model_merged: "
            f"{', '.join(sorted(unknown)) or 'no keys and values'}"
        )
    return shapes


def _expect(graph: Graph, inputs: set[str], outputs: set[str]) -> None:
    missing = (inputs - graph.shapes.keys()) | (outputs - set(graph.outputs))
    if missing:
        raise ModelError(f"the graph has no {', '.join(sorted(missing))}: it is not of SmolVLM")


def _floats(value: ort.OrtValue) -> Floats:
    return np.asarray(value.numpy(), np.float32)
