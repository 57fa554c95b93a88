"""Parts of the toy SmolVLM for tests: its tokenizer, its smaller variants, its manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from onnx import ModelProto
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

FIRST = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
ROWS_AND_COLUMNS = 6
MERGES = 60
BLOCK = 32
TEXT = (
    "What is in the picture? The woman is wearing an orange suit, and behind her is a flag.",
    "Answer in one short sentence. What is this? Where is it? How many are there? Hello there.",
    "User: Assistant: System: The image shows a person who is standing next to the model.",
    "这是什么? 她在哪里? 用中文回答。",
)


def toy_tokenizer() -> Tokenizer:
    """Bytes, some merges, and the special tokens of SmolVLM; digits one by one as there."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=len(FIRST) + len(alphabet) + MERGES,
        special_tokens=list(FIRST),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    sides = range(1, ROWS_AND_COLUMNS + 1)
    grid = [f"<row_{row}_col_{column}>" for row in sides for column in sides]
    names = ["<global-img>", *grid, "<fake_token_around_image>", "<image>", "<end_of_utterance>"]
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in names]
    )
    return tokenizer


def compacted(graph: ModelProto) -> dict[str, ModelProto]:
    """The variants by the suffix of their files: half precision, and 4-bit matrices."""
    copy = ModelProto()
    copy.CopyFrom(graph)
    quantizer = MatMulNBitsQuantizer(copy, bits=4, block_size=BLOCK, is_symmetric=True)
    quantizer.process()
    return {"_fp16": convert_float_to_float16(graph), "_q4": quantizer.model.model}


def described(folder: Path, used: str) -> dict[str, object]:
    """The manifest of all files below ``folder``."""
    files = sorted(
        each for each in folder.rglob("*") if each.suffix not in {".md", ""} and each.is_file()
    )
    return {
        "name": "smolvlm-toy",
        "made_by": "python -m tools.make_smolvlm_goldens",
        "made_with": used,
        "version": "1",
        "license": "Apache-2.0; astronaut.png: public domain",
        "source": "random weights; astronaut.png is cut from tests/data/astronaut.jpg (NASA)",
        "sha256": {
            each.relative_to(folder).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
            for each in files
            if each.name != "manifest.json"
        },
    }
