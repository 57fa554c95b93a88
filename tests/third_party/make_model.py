"""Makes a SmolVLM of toy size with random weights, where ``transformers serve`` finds it offline.

The architecture is the one that SmolVLM-256M and 500M name in their configuration, Idefics3;
that of SmolVLM2 needs torchvision for its films, which has no build for the plain CPU torch.
The server lists and loads what lies in the hub's cache, so the files are laid out as a download of
``REPOSITORY`` would be. Run by ``tools/third_party.sh`` in the separate environment:

    HF_HOME=FOLDER python tests/third_party/make_model.py
"""

from __future__ import annotations

import os
import shutil
import string
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GenerationConfig,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessorPil,
    Idefics3Processor,
    Idefics3VisionConfig,
    LlamaConfig,
    PreTrainedTokenizerFast,
)

REPOSITORY = "openeyes/toy-smolvlm"
REVISION = "0" * 40

TILE = 64
"Pixels of a side of the one tile that a picture becomes."
PATCH = 16
SCALE = 2
IMAGE_TOKENS = (TILE // PATCH // SCALE) ** 2

LONGEST = 200_000
"Tokens of prompt and answer: so many that only a cancelled answer ends in time."

PAD, START, END = "<|pad|>", "<|im_start|>", "<end_of_utterance>"
IMAGE_MARKS = ("<image>", "<fake_token_around_image>", "<global-img>")
SPECIAL = (PAD, START, END, *IMAGE_MARKS)

CHAT_TEMPLATE = (
    "{% for message in messages %}" + START + "{{ message['role'] | capitalize }}: "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}" + END + "\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)


def main() -> None:
    torch.manual_seed(3)
    repository = Path(os.environ["HF_HOME"]) / "hub" / f"models--{REPOSITORY.replace('/', '--')}"
    shutil.rmtree(repository, ignore_errors=True)
    folder = repository / "snapshots" / REVISION
    folder.mkdir(parents=True)
    made_tokenizer = tokenizer()
    processor(made_tokenizer).save_pretrained(folder)
    model(made_tokenizer).save_pretrained(folder)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)


def tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte, and the special ones."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate((*SPECIAL, *alphabet))}
    by_byte = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    by_byte.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    by_byte.decoder = decoders.ByteLevel()
    by_byte.add_special_tokens(list(SPECIAL))
    return PreTrainedTokenizerFast(
        tokenizer_object=by_byte, pad_token=PAD, bos_token=START, eos_token=END
    )


def processor(made_tokenizer: PreTrainedTokenizerFast) -> Idefics3Processor:
    """Every picture becomes one tile."""
    side = {"longest_edge": TILE}
    return Idefics3Processor(
        Idefics3ImageProcessorPil(size=side, max_image_size=side, do_image_splitting=False),
        made_tokenizer,
        image_seq_len=IMAGE_TOKENS,
        chat_template=CHAT_TEMPLATE,
    )


def model(made_tokenizer: PreTrainedTokenizerFast) -> Idefics3ForConditionalGeneration:
    """Random weights; it babbles letters and never stops by itself."""
    size = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    text = LlamaConfig(
        **size,
        vocab_size=len(made_tokenizer),
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=LONGEST,
        pad_token_id=made_tokenizer.pad_token_id,
        bos_token_id=made_tokenizer.bos_token_id,
        eos_token_id=made_tokenizer.eos_token_id,
    )
    vision = Idefics3VisionConfig(**size, num_attention_heads=4, image_size=TILE, patch_size=PATCH)
    made = Idefics3ForConditionalGeneration(
        Idefics3Config(
            text_config=text,
            vision_config=vision,
            scale_factor=SCALE,
            image_token_id=made_tokenizer.convert_tokens_to_ids("<image>"),
        )
    )
    made.generation_config = _letters_only(made_tokenizer)
    return made


def _letters_only(made_tokenizer: PreTrainedTokenizerFast) -> GenerationConfig:
    """Greedy, and every token a readable character: each is one piece of the stream."""
    readable = set(made_tokenizer.convert_tokens_to_ids(list(string.ascii_letters)))
    return GenerationConfig(
        do_sample=False,
        suppress_tokens=[each for each in range(len(made_tokenizer)) if each not in readable],
        pad_token_id=made_tokenizer.pad_token_id,
        eos_token_id=made_tokenizer.eos_token_id,
    )


if __name__ == "__main__":
    main()
