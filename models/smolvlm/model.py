"""SmolVLM (256M, 500M) as a `vision.ports.LocalSeeingModel`.

Marafioti et al., "SmolVLM: Redefining small and efficient multimodal models", 2025. The graphs are
the ones that its makers publish beside the weights.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from models.devices import Device, Runtime
from models.smolvlm.chat import Chat
from models.smolvlm.decoder import Decoding, SmolNetwork
from models.smolvlm.graphs import open_graphs
from models.smolvlm.processing import MOST_A_SIDE, Tiles, in_tiles, whole
from models.smolvlm.settings import GRAPHS, Settings, read_file, read_settings
from vision.errors import ConfigError, NoAnswer, WeightsMissing
from vision.prompt import Prompt, Shot

LARGEST = 4096
"Pixels along the longer side of what is resampled at most; far larger than any camera's video."


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A model's files, loaded."""

    network: SmolNetwork
    "The graphs."
    chat: Chat
    "The tokenizer."
    settings: Settings
    "The rest."
    runtime: Runtime
    "What the graphs run on, and why."


class SmolVLM:
    """A language model that sees, in this process. For one thread at a time."""

    def __init__(self, name: str, parts: Parts, *, detail: int = 0) -> None:
        """Takes what ``load_parts`` loaded.

        Args:
            name: for people.
            parts: of one model.
            detail: tiles along the longer side of each picture; 0 shows it as one tile, fast.

        Raises:
            ConfigError: there are no marks for so many tiles.
        """
        if not 0 <= detail <= MOST_A_SIDE:
            raise ConfigError(f"a picture has 0 to {MOST_A_SIDE} tiles a side, not {detail}")
        self.runtime = parts.runtime
        "What it runs on, and why."
        self._name = name
        self._network = parts.network
        self._chat = parts.chat
        self._settings = parts.settings
        self._detail = detail

    @property
    def name(self) -> str:
        """For people and for ``source`` on the wire."""
        return self._name

    def reply(self, prompt: Prompt) -> Generator[str, None, None]:
        """Pieces of the answer, the likeliest token each time; ``close`` cancels.

        The first step takes the longest: it looks at the pictures and reads the prompt.

        Raises:
            NoAnswer: the prompt is too long for the model, or the computation failed.
        """
        try:
            yield from self._pieces(prompt)
        except NoAnswer:
            raise
        except Exception as error:  # onnxruntime's errors share no root
            first = str(error).strip().partition("\n")[0]
            raise NoAnswer(f"{self._name} failed: {first}") from error

    def _pieces(self, prompt: Prompt) -> Generator[str, None, None]:
        pictures = [self._prepared(shot) for shot in prompt.shots]
        ids = self._chat.encode(prompt.system, prompt.text, pictures)
        room = self._settings.context - len(ids)
        if room < 1:
            raise NoAnswer(
                f"the question takes {len(ids)} tokens and {self._name} has room for "
                f"{self._settings.context}: ask a shorter one"
            )
        text = self._chat.decoder()
        for token in self._tokens(ids, pictures, min(prompt.max_tokens, room)):
            if piece := text.push(token):
                yield piece
        if rest := text.end():
            yield rest

    def _tokens(
        self, ids: list[int], pictures: list[Tiles], most: int
    ) -> Generator[int, None, None]:
        """Tokens of the answer up to where it stops, ``most`` of them at most."""
        features = None
        if pictures:
            features = self._network.look(np.concatenate([each.pixels for each in pictures]))
        embeddings = self._network.prompt(ids, self._chat.image, features)
        for token in islice(Decoding(self._network).tokens(embeddings), most):
            if token in self._chat.stops:
                return
            yield token

    def _prepared(self, shot: Shot) -> Tiles:
        bgr = shot.bgr(LARGEST)
        if not self._detail:
            return whole(bgr, self._settings)
        return in_tiles(bgr, self._settings, self._detail * self._settings.tile)


def load_parts(
    folder: Path, suffix: str = "", *, device: Device = "auto", threads: int | None = None
) -> Parts:
    """Loads the model whose files lie in ``folder`` as in its repository on the hub.

    Args:
        folder: with the settings, and the graphs in its folder ``onnx``.
        suffix: of the graphs' names: ``""``, ``_fp16``, ``_q4``.
        device: what to run on.
        threads: of one run on the CPU; half of the cores by default.

    Raises:
        WeightsMissing, WeightsCorrupt: a file is not there or not what it should be.
        ConfigError, DeviceUnavailable, ModelError: as ``open_graphs`` does.
    """
    settings = read_settings(folder)
    chat = Chat(read_file(folder / "tokenizer.json"), settings.tokens_per_tile)
    paths = {part: folder / "onnx" / f"{part}{suffix}.onnx" for part in GRAPHS}
    for path in paths.values():
        if not path.is_file():
            raise WeightsMissing(f"{path} is not there: fetch it with `openeyes models pull`")
    graphs, runtime = open_graphs(paths, device=device, threads=threads)
    return Parts(SmolNetwork(graphs, settings), chat, settings, runtime)
