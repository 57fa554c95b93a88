"""Takes OWLv2 apart into a graph for pictures and one for text, so that text is read once.

Exports of the whole compute the text anew with each picture. Needs torch and transformers, which
nothing else here does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.open_vocabulary.folder import TEXT, TOKENIZER, VISION, Description, digest, seal
from vision.errors import ModelError

PROMPT = "a photo of {}"
"""As CLIP was asked while OWLv2 learned."""

LICENSE = "Apache-2.0"
"""Of the authors' weights."""

MAIN = "main"

ENDINGS = (".safetensors", ".bin")
"""Of files with weights."""

WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""As they are called on the hub."""

OPSET = 17
PICTURE_OUTPUTS = ("class_embeds", "shift", "scale", "boxes")
TINY = 1e-6
"""Added to lengths, as the authors do, so that none is nothing."""


def export(source: str, folder: Path, revision: str = "") -> Description:
    """Writes the detector ``source``, a name on the hub or a folder, to ``folder``.

    ``revision`` is a branch or commit on the hub; ``main`` if empty.

    Raises:
        ModelError: torch or transformers is not installed.
    """
    try:
        import transformers  # noqa: PLC0415 - heavy
    except ImportError as error:
        raise ModelError("exporting OWLv2 needs: pip install torch transformers onnx") from error
    model = transformers.Owlv2ForObjectDetection.from_pretrained(
        source, attn_implementation="eager", revision=revision or MAIN
    )
    commit = getattr(model.config, "_commit_hash", None) or ""
    tokenizer = transformers.AutoTokenizer.from_pretrained(source, revision=commit or MAIN)
    described = write(model.eval(), tokenizer.backend_tokenizer, folder, source)
    return seal(replace(described, weights=weights_of(source, commit), revision=commit), folder)


def weights_of(source: str, commit: str) -> dict[str, str]:
    """sha256 by name of the files with a model's weights.

    Args:
        source: a folder, or a name on the hub whose files transformers has fetched.
        commit: of the latter.
    """
    if Path(source).is_dir():
        here = sorted(Path(source).iterdir())
        return {each.name: digest(each) for each in here if each.suffix in ENDINGS}
    import huggingface_hub as hub  # noqa: PLC0415 - comes with transformers

    found = [hub.try_to_load_from_cache(source, name, revision=commit) for name in WEIGHTS]
    files = [Path(each) for each in found if isinstance(each, str)]
    return {each.name: digest(each) for each in files}


def write(
    model: Any, tokenizer: Any, folder: Path, source: str, prompt: str = PROMPT
) -> Description:
    """Writes a model of transformers, with its tokenizer of the package ``tokenizers``."""
    import torch  # noqa: PLC0415 - heavy

    folder.mkdir(parents=True, exist_ok=True)
    side, length = model.config.vision_config.image_size, _tokens(model)
    ids = torch.ones(1, length, dtype=torch.int64)
    names = ("input_ids", "attention_mask")
    pictures = torch.zeros(1, 3, side, side)
    with torch.no_grad():
        _traced(_seeing(model), (pictures,), folder / VISION, ("pixel_values",), PICTURE_OUTPUTS)
        _traced(_reading(model), (ids, ids), folder / TEXT, names, ("embeds",))
    tokenizer.save(str(folder / TOKENIZER))
    described = Description(
        name=f"{re.sub('[^a-z0-9.-]', '-', source.lower().rpartition('/')[2])}-{side}",
        prompt=prompt,
        side=side,
        tokens=length,
        padding=model.config.text_config.pad_token_id or 0,
        source=source,
        license=LICENSE,
        sha256={},
    )
    return seal(described, folder)


def _tokens(model: Any) -> int:
    return int(model.config.text_config.max_position_embeddings)


def _seeing(model: Any) -> Any:
    """From a picture to what each place looks like and where it is."""
    import torch  # noqa: PLC0415 - heavy

    class Seeing(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, pixel_values: Any) -> tuple[Any, ...]:
            features, _ = self.model.image_embedder(pixel_values=pixel_values)
            places, head = features.flatten(1, 2), self.model.class_head
            embeds = head.dense0(places)
            embeds = embeds / (torch.linalg.norm(embeds, dim=-1, keepdim=True) + TINY)
            scale = head.elu(head.logit_scale(places)) + 1
            boxes = self.model.box_predictor(places, features)
            return embeds, head.logit_shift(places)[..., 0], scale[..., 0], boxes

    return Seeing().eval()


def _reading(model: Any) -> Any:
    """From tokens to what the phrase means."""
    import torch  # noqa: PLC0415 - heavy

    class Reading(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model.owlv2

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            read = self.model.text_model(input_ids=input_ids, attention_mask=attention_mask)
            embeds = self.model.text_projection(read.pooler_output)
            embeds = embeds / torch.linalg.norm(embeds, dim=-1, keepdim=True)
            return embeds / (torch.linalg.norm(embeds, dim=-1, keepdim=True) + TINY)

    return Reading().eval()


def _traced(
    module: Any,
    arguments: tuple[Any, ...],
    path: Path,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
) -> None:
    import torch  # noqa: PLC0415 - heavy

    torch.onnx.export(
        module,
        arguments,
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        opset_version=OPSET,
        dynamo=False,
    )
