"""Makes a toy OWLv2 for tests, and what transformers computes with it.

Random weights in the real model class; the toy goes through the exporter that real ones go through.
To make it again, in an environment of its own with torch 2.14.1, transformers 5.23.0, tokenizers,
opencv, onnx, msgspec and scipy::

    python -m tools.goldens_owlv2
"""

from __future__ import annotations

import lzma
import sys
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import torch
import transformers as tf
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from models.open_vocabulary.export import write
from models.open_vocabulary.folder import TEXT, TOKENIZER, VISION

FOLDER = Path(__file__).parent.parent / "tests" / "models" / "open_vocabulary" / "data"
SIZES = ((110, 70), (40, 100), (44, 30))
"Width and height of the pictures: the larger side above the input's, twice, and below it."
SIDE, WIDTH, TOKENS = 64, 16, 16
THRESHOLD = 0.3
FEWEST, MOST = 4, 20
LEAST_GAP = 1e-3
SEEDS = 300
LEVELS = 32
"Of weights from one whole number to the next: few, so that the files compress."
PHRASES = ("a red key", "the dog on the left", "white cup", "glasses")
START, END, FILLER = "<|startoftext|>", "<|endoftext|>", "!"
Pixels = NDArray[np.uint8]


def tokenizer() -> Tokenizer:
    """CLIP's kind: bytes and merges in lower case, ends of words marked; ids end with the end."""
    made = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=FILLER))
    made.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=560,
        special_tokens=[FILLER],
        end_of_word_suffix="</w>",
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([*PHRASES, "a photo of", " ".join(ascii_lowercase)], trainer)
    made.add_special_tokens([START, END])
    ids = [(each, made.token_to_id(each)) for each in (START, END)]
    made.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=ids
    )
    return made


def model(seed: int, tokens: Tokenizer) -> Any:
    """A tiny OWLv2."""
    small = {
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }
    start, end = (tokens.token_to_id(each) for each in (START, END))
    config = tf.Owlv2Config(
        text_config=small
        | {"vocab_size": tokens.get_vocab_size(), "bos_token_id": start, "eos_token_id": end},
        vision_config=small | {"image_size": SIDE, "patch_size": 8},
        projection_dim=WIDTH,
        attn_implementation="eager",
    )
    made = tf.Owlv2ForObjectDetection(config).eval()
    torch.manual_seed(seed)
    for name, weight in made.named_parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=1.0 / np.sqrt(weight[0].numel()))
        if "logit_scale.bias" in name:
            torch.nn.init.constant_(weight, 6.0)
        if "logit_shift.bias" in name:
            torch.nn.init.constant_(weight, -0.8)
        weight.data = (weight.data * LEVELS).round() / LEVELS
    return made


def picture(width: int, height: int, seed: int) -> Pixels:
    """BGR: patches of colour that fade into one another."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 6, 3)).astype(np.uint8)
    soft = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(soft, np.uint8)


def judged(seed: int, tokens: Tokenizer) -> tuple[Any, dict[str, Any]] | None:
    """A model and what it finds; None if rounding could decide about it."""
    made = model(seed, tokens)
    fast = tf.PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token=FILLER, model_max_length=TOKENS
    )
    processor = tf.Owlv2Processor(
        tf.Owlv2ImageProcessor(size={"height": SIDE, "width": SIDE}), fast
    )
    arrays: dict[str, Any] = {}
    for number, (width, height) in enumerate(SIZES):
        bgr = picture(width, height, number)
        rgb = np.ascontiguousarray(bgr[:, :, ::-1])
        inputs = processor(text=[list(PHRASES)], images=rgb, return_tensors="pt")
        with torch.no_grad():
            outputs = made(**inputs)
        (found,) = processor.post_process_grounded_object_detection(
            SimpleNamespace(logits=outputs.logits, pred_boxes=outputs.pred_boxes),
            threshold=THRESHOLD,
            target_sizes=[(height, width)],
            text_labels=[list(PHRASES)],
        )
        if not _clear(outputs.logits[0].sigmoid(), found):
            return None
        order = found["scores"].argsort(descending=True)
        arrays |= {
            f"picture_{number}": bgr,
            f"input_{number}": inputs["pixel_values"][0].numpy().astype(np.float16),
            f"logits_{number}": outputs.logits[0].numpy(),
            f"scores_{number}": found["scores"][order].numpy(),
            f"classes_{number}": found["labels"][order].numpy(),
            f"corners_{number}": found["boxes"][order].numpy(),
        }
    arrays |= {"ids": inputs["input_ids"].numpy(), "embeds": outputs.text_embeds[0].numpy()}
    return made, arrays


def _clear(scores: torch.Tensor, found: dict[str, torch.Tensor]) -> bool:
    """Whether a few pass, of several phrases, apart from one another and from the threshold."""
    kept = len(found["scores"])
    if not FEWEST <= kept <= MOST or len(set(found["labels"].tolist())) < 2:
        return False
    best = scores.max(dim=1).values.sort(descending=True).values
    two = scores.sort(dim=1, descending=True).values[scores.max(dim=1).values > THRESHOLD]
    apart = (best[:kept] - best[1 : kept + 1]).min() > LEAST_GAP
    sure = (two[:, 0] - two[:, 1]).min() > LEAST_GAP
    return bool(apart and sure and (best - THRESHOLD).abs().min() > LEAST_GAP)


def main() -> None:
    """Writes the goldens, the toy's graphs and its tokenizer."""
    torch.set_num_threads(1)
    tokens = tokenizer()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for seed in range(SEEDS):
        clear = judged(seed, tokens)
        if clear is not None:
            break
    else:
        raise SystemExit("no seed is clear")
    made, arrays = clear
    reference = f"transformers {tf.__version__} Owlv2ForObjectDetection"
    counts = [len(arrays[f"scores_{number}"]) for number in range(len(SIZES))]
    sys.stdout.write(f"seed {seed}, {counts} detections\n")
    np.savez_compressed(
        FOLDER / "owlv2.npz", reference=reference, threshold=THRESHOLD, phrases=PHRASES, **arrays
    )
    with TemporaryDirectory() as folder:
        write(made, tokens, Path(folder), "toys/owlv2-toy", prompt="{}")
        for name in (VISION, TEXT, TOKENIZER, "detector.json"):
            packed = lzma.compress((Path(folder) / name).read_bytes(), preset=9)
            (FOLDER / f"{name}.xz").write_bytes(packed)
            sys.stdout.write(f"{name}.xz {len(packed)} bytes\n")


if __name__ == "__main__":
    main()
