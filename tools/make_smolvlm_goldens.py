"""Makes the toy SmolVLM for tests, and what transformers computes with it.

The toy has SmolVLM's architecture, file names and special tokens, and random weights. To make it
again, in an environment of its own with torch, transformers, pillow 11 (which scales pictures as it
did when SmolVLM was trained), jinja2, tokenizers, opencv, onnx and onnxruntime::

    python -m tools.make_smolvlm_goldens
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import PIL
import torch
import transformers
from transformers import Idefics3Config, Idefics3ForConditionalGeneration, Idefics3Processor
from transformers import PreTrainedTokenizerFast as FastTokenizer
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.smolvlm.processing_smolvlm import DEFAULT_CHAT_TEMPLATE

from tools import smolvlm_graphs as graphs
from tools.smolvlm_toy import compacted, described, toy_tokenizer
from tools.smolvlm_writer import Shape
from vision.picture import Picture

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "models" / "data" / "smolvlm"
TOY = FOLDER / "toy"
SEED = 8
STEPS = 32
LEAST_MARGIN = 0.02
"Between the two likeliest tokens of each step: rounding may not decide."
STOPS = ("<end_of_utterance>", "<|im_end|>", "<|endoftext|>")
LEAST_VARIETY = 10
"Different tokens in each answer."
TILE, LONGEST = 64, 256
REAL_TILE = 512
SYSTEM, QUESTION = "Answer in one short sentence.", "What is the woman wearing? 她在哪里?"
FAST, DETAILED = (TILE, False), (2 * TILE, True)
"The longer side of pictures, and whether they are cut into tiles."
CHATS = (
    ("Be brief.", "Hello there", 0, FAST),
    ("Be brief.", "What is this?", 1, FAST),
    ("  spaces  kept ", "\nline one\n\nline 2 \t", 1, FAST),
    ("用中文回答。", "这是什么? 12345", 1, DETAILED),
    ("", "two pictures", 2, (3 * TILE, True)),
)


def main() -> None:
    """Writes everything below ``tests/models/data/smolvlm``."""
    (TOY / "onnx").mkdir(parents=True, exist_ok=True)
    picture = _picture()
    tokenizer = toy_tokenizer()
    tokenizer.save(str(TOY / "tokenizer.json"))
    model, processor = _model(tokenizer), _processor(tokenizer)
    _save_settings(model.config)
    _save_graphs(model)
    _save_answers(model, processor, picture)
    _save_chats(processor, picture)
    _save_pixels(picture)
    versions = {each.__name__: each.__version__ for each in (transformers, torch, PIL)}
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    manifest = described(FOLDER, used)
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _picture() -> np.ndarray:
    """A small part of a picture in the public domain, kept without loss."""
    astronaut = cv2.imread(str(ROOT / "tests" / "data" / "astronaut.jpg"))
    part = cv2.resize(astronaut[:288], (240, 180), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(FOLDER / "astronaut.png"), part, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return part


def _model(tokenizer) -> Idefics3ForConditionalGeneration:
    text = {
        "model_type": "llama",
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
    }
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": TILE,
        "patch_size": 8,
    }
    image = tokenizer.token_to_id("<image>")
    config = Idefics3Config(
        text_config=text, vision_config=vision, scale_factor=4, image_token_id=image
    )
    torch.manual_seed(SEED)
    model = Idefics3ForConditionalGeneration(config).eval().float()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0, 0.25)
    return model


def _processor(tokenizer) -> Idefics3Processor:
    pictures = Idefics3ImageProcessorPil(
        size={"longest_edge": LONGEST}, max_image_size={"longest_edge": TILE}
    )
    fast = FastTokenizer(tokenizer_object=tokenizer)
    return Idefics3Processor(pictures, fast, image_seq_len=4, chat_template=DEFAULT_CHAT_TEMPLATE)


def _save_settings(config: Idefics3Config) -> None:
    config.save_pretrained(TOY)
    pictures = Idefics3ImageProcessorPil(
        size={"longest_edge": LONGEST}, max_image_size={"longest_edge": TILE}
    )
    pictures.save_pretrained(TOY)
    (TOY / "processor_config.json").write_text('{"image_seq_len": 4}\n')


def _save_graphs(model: Idefics3ForConditionalGeneration) -> None:
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    shape = shape_of(model.config)
    made = {
        "vision_encoder": graphs.vision_encoder(weights, shape),
        "embed_tokens": graphs.embed_tokens(weights),
        "decoder_model_merged": graphs.decoder(weights, shape),
    }
    for name, graph in made.items():
        onnx.save(graph, TOY / "onnx" / f"{name}.onnx")
        for suffix, smaller in compacted(graph).items():
            onnx.save(smaller, TOY / "onnx" / f"{name}{suffix}.onnx")


def shape_of(config: Idefics3Config) -> Shape:
    """The numbers that the graphs are built from."""
    text, vision = config.text_config, config.vision_config
    return Shape(
        tile=vision.image_size,
        patch=vision.patch_size,
        shuffle=config.scale_factor,
        vision_layers=vision.num_hidden_layers,
        vision_heads=vision.num_attention_heads,
        layers=text.num_hidden_layers,
        heads=text.num_attention_heads,
        cached_heads=text.num_key_value_heads,
        head_size=text.head_dim,
        theta=text.rope_parameters["rope_theta"],
        epsilon=text.rms_norm_eps,
        vision_epsilon=vision.layer_norm_eps,
    )


def _save_answers(model, processor: Idefics3Processor, picture: np.ndarray) -> None:
    """What follows the question about the picture, in the fast and in the detailed mode."""
    seen = Picture.from_bgr(picture).bgr()
    arrays = {}
    for mode, manner in (("fast", FAST), ("detailed", DETAILED)):
        inputs = _inputs(processor, SYSTEM, QUESTION, [seen], manner)
        tokens, logits = _greedy(model, inputs)
        assert not any(processor.tokenizer.convert_ids_to_tokens(int(t)) in STOPS for t in tokens)
        arrays |= {
            f"{mode}_ids": inputs["input_ids"][0].numpy(),
            f"{mode}_tokens": tokens,
            f"{mode}_logits": logits,
        }
    np.savez_compressed(FOLDER / "answers.npz", **arrays)


def _greedy(model, inputs) -> tuple[np.ndarray, np.ndarray]:
    """Tokens and logits of each step of transformers' own decoding with its cache."""
    given = {name: inputs[name] for name in inputs if name == "input_ids" or "pixel" in name}
    tokens, logits = [], []
    with torch.no_grad():
        for _ in range(STEPS):
            out = model(**given, use_cache=True)
            step = out.logits[0, -1]
            best = torch.topk(step, 2)
            assert best.values[0] - best.values[1] > LEAST_MARGIN, "take another seed"
            tokens.append(int(best.indices[0]))
            logits.append(step.numpy())
            given = {"input_ids": best.indices[None, :1], "past_key_values": out.past_key_values}
    assert len(set(tokens)) >= LEAST_VARIETY, f"take another seed: {tokens}"
    return np.array(tokens), np.stack(logits)


def _inputs(processor: Idefics3Processor, system: str, text: str, pictures: list, manner: tuple):
    """Ids and pixels of a prompt with BGR pictures, as transformers makes them."""
    content = [{"type": "image"} for _ in pictures] + [{"type": "text", "text": text}]
    turns = [
        {"role": "system", "content": [{"type": "text", "text": system}]},
        {"role": "user", "content": content},
    ]
    written = processor.apply_chat_template(turns, add_generation_prompt=True)
    options = {}
    if pictures:
        longest, split = manner
        options = {"size": {"longest_edge": longest}, "do_image_splitting": split}
        options["images"] = [bgr[:, :, ::-1].copy() for bgr in pictures]
    return processor(text=written, return_tensors="pt", **options)


def _save_chats(processor: Idefics3Processor, picture: np.ndarray) -> None:
    cases = []
    for system, text, count, (longest, split) in CHATS:
        inputs = _inputs(processor, system, text, [picture] * count, (longest, split))
        case = {"system": system, "text": text, "pictures": count, "longest": longest}
        cases.append(case | {"split": split, "ids": inputs["input_ids"][0].tolist()})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (FOLDER / "chats.json").write_text(f"[\n{lines}\n]\n")


def _save_pixels(picture: np.ndarray) -> None:
    """Prepared tiles at SmolVLM's own size, a part of their pixels as 0…255."""
    arrays = {}
    for name, pixels, longest, split in pixel_cases(picture):
        prepare = Idefics3ImageProcessorPil(
            size={"longest_edge": longest},
            max_image_size={"longest_edge": REAL_TILE},
            do_image_splitting=split,
        )
        tiles = prepare([pixels[:, :, ::-1].copy()], return_tensors="np")["pixel_values"][0]
        arrays[name] = np.rint((tiles[..., ::17, ::13] + 1) * 127.5).astype(np.uint8)
    np.savez_compressed(FOLDER / "pixels.npz", **arrays)


def pixel_cases(picture: np.ndarray):
    """Name, picture, longer side, and whether it is cut into tiles."""
    large = picture.repeat(5, axis=0).repeat(5, axis=1)
    tall = np.ascontiguousarray(large[:, 300:737])
    return (
        ("fast_small", picture, REAL_TILE, False),
        ("fast_large", large, REAL_TILE, False),
        ("fast_tall", tall, REAL_TILE, False),
        ("detailed_small", picture, 2 * REAL_TILE, True),
        ("detailed_tall", tall, 2 * REAL_TILE, True),
        ("detailed_one_tile", picture, REAL_TILE, True),
    )


if __name__ == "__main__":
    main()
