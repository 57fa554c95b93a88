"""What the files beside SmolVLM's graphs say of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from vision.errors import WeightsCorrupt, WeightsMissing

FILES = ("config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json")
"""What is read beside the graphs, in the model's folder."""

GRAPHS = ("vision_encoder", "embed_tokens", "decoder_model_merged")
"""Names of the graphs' files, before the variant's suffix and ``.onnx``, in the folder ``onnx``."""

T = TypeVar("T")


class TextConfig(msgspec.Struct, frozen=True):
    """Of the language model. What is left out has the defaults of Llama."""

    hidden_size: int = 4096
    "Of an embedding."
    num_attention_heads: int = 32
    "Of the queries."
    num_key_value_heads: int | None = None
    "Of keys and values; None: as many as of the queries."
    head_dim: int | None = None
    "None: the hidden size divided among the heads."
    max_position_embeddings: int = 2048
    "Tokens that the model can hold in mind."


class Config(msgspec.Struct, frozen=True):
    """``config.json``, as far as it is needed."""

    text_config: TextConfig
    "Of the language model."


class Edge(msgspec.Struct, frozen=True):
    """A size by its longer side."""

    longest_edge: int
    "Pixels."


class Preprocessor(msgspec.Struct, frozen=True):
    """``preprocessor_config.json``, as far as it is needed."""

    max_image_size: Edge
    "Of a tile."
    image_mean: tuple[float, float, float]
    "Subtracted from R, G, B of 0…1."
    image_std: tuple[float, float, float]
    "Divides R, G, B after that."


class Processor(msgspec.Struct, frozen=True):
    """``processor_config.json``, as far as it is needed."""

    image_seq_len: int
    "Tokens that stand for one tile."


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are prepared and how large the model is."""

    tile: int
    "Side of a tile in pixels."
    mean: tuple[float, float, float]
    "Subtracted from R, G, B of 0…1."
    std: tuple[float, float, float]
    "Divides R, G, B after that."
    tokens_per_tile: int
    "Positions that one tile takes in the prompt."
    context: int
    "Positions that prompt and answer may take together."
    heads: int
    "Of the cached keys and values."
    head_size: int
    "Of each of them."


def read_settings(folder: Path) -> Settings:
    """The settings of the model in ``folder``.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file does not hold what it should.
    """
    text = _decoded(folder / "config.json", Config).text_config
    pictures = _decoded(folder / "preprocessor_config.json", Preprocessor)
    return Settings(
        tile=pictures.max_image_size.longest_edge,
        mean=pictures.image_mean,
        std=pictures.image_std,
        tokens_per_tile=_decoded(folder / "processor_config.json", Processor).image_seq_len,
        context=text.max_position_embeddings,
        heads=text.num_key_value_heads or text.num_attention_heads,
        head_size=text.head_dim or text.hidden_size // text.num_attention_heads,
    )


def read_file(path: Path) -> bytes:
    """The bytes of one of the model's files.

    Raises:
        WeightsMissing: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsMissing(
            f"SmolVLM's {path.name} cannot be read ({error.strerror}: {path}); "
            "fetch it again with `openeyes models pull`"
        ) from error


def _decoded(path: Path, form: type[T]) -> T:
    try:
        return msgspec.json.decode(read_file(path), type=form)
    except msgspec.MsgspecError as error:
        raise WeightsCorrupt(
            f"{path} is damaged or of another model ({error}); "
            "fetch it again with `openeyes models pull`"
        ) from error
