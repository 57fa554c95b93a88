"""SmolVLM's three graphs, written from a model's weights with the inputs and outputs of the hub's.

They compute what ``Idefics3ForConditionalGeneration`` of transformers computes, in plain operators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper

from tools.smolvlm_writer import Shape, Weights, Writer

FAR = -1e9
"Added to the score of what may not be attended to."


@dataclass(frozen=True, slots=True)
class Places:
    """What all layers of the decoder share."""

    cosines: str
    "Of the rotary embedding, (b, 1, sequence, head size)."
    sines: str
    "The same."
    mask: str
    "(b, 1, 1, sequence, total): added to the scores."


def vision_encoder(weights: Weights, shape: Shape) -> ModelProto:
    """``vision_encoder.onnx``: normalised tiles to features."""
    g = Writer(weights)
    tiles = g.reshape("pixel_values", -1, 3, shape.tile, shape.tile)
    x, bias = _patches(g, tiles, shape), _patch_mask(g, shape)
    for layer in range(shape.vision_layers):
        x = _vision_layer(g, x, bias, f"model.vision_model.encoder.layers.{layer}", shape)
    x = _layer_norm(g, x, "model.vision_model.post_layernorm", shape.vision_epsilon)
    x = _shuffled(g, x, shape)
    g(
        "MatMul",
        x,
        g.weight("model.connector.modality_projection.proj.weight", turned=True),
        name="image_features",
    )
    side = shape.tile
    return g.finish(
        "vision_encoder",
        [
            _value("pixel_values", TensorProto.FLOAT, "batch", "num_images", 3, side, side),
            _value("pixel_attention_mask", TensorProto.BOOL, "batch", "num_images", side, side),
        ],
        [_value("image_features", TensorProto.FLOAT, "tiles", "positions", "hidden")],
    )


def embed_tokens(weights: Weights) -> ModelProto:
    """``embed_tokens.onnx``: tokens to embeddings."""
    g = Writer(weights)
    g("Gather", g.weight("model.text_model.embed_tokens.weight"), "input_ids", name="inputs_embeds")
    return g.finish(
        "embed_tokens",
        [_value("input_ids", TensorProto.INT64, "batch", "sequence")],
        [_value("inputs_embeds", TensorProto.FLOAT, "batch", "sequence", "hidden")],
    )


def decoder(weights: Weights, shape: Shape) -> ModelProto:
    """``decoder_model_merged.onnx``: embeddings and cached keys and values to logits."""
    g = Writer(weights)
    places = Places(*_rotation(g, shape), _causal_mask(g))
    x = "inputs_embeds"
    for layer in range(shape.layers):
        x = _text_layer(g, x, places, layer, shape)
    x = _rms_norm(g, x, "model.text_model.norm", shape)
    g("MatMul", x, g.weight("lm_head.weight", turned=True), name="logits")
    cached = ("batch", shape.cached_heads)
    inputs = [
        _value("inputs_embeds", TensorProto.FLOAT, "batch", "sequence", "hidden"),
        _value("attention_mask", TensorProto.INT64, "batch", "total"),
        _value("position_ids", TensorProto.INT64, "batch", "sequence"),
    ]
    outputs = [_value("logits", TensorProto.FLOAT, "batch", "sequence", "vocabulary")]
    for name in (f"{n}.{kind}" for n in range(shape.layers) for kind in ("key", "value")):
        past = (*cached, "past", shape.head_size)
        inputs.append(_value(f"past_key_values.{name}", TensorProto.FLOAT, *past))
        grown = (*cached, "total", shape.head_size)
        outputs.append(_value(f"present.{name}", TensorProto.FLOAT, *grown))
    return g.finish("decoder_model_merged", inputs, outputs)


def _patches(g: Writer, tiles: str, shape: Shape) -> str:
    """(n, patches, width): embedded patches, each with the embedding of its place."""
    name, side = "model.vision_model.embeddings", shape.patch
    kernel, bias = (g.weight(f"{name}.patch_embedding.{each}") for each in ("weight", "bias"))
    grid = g("Conv", tiles, kernel, bias, kernel_shape=[side, side], strides=[side, side])
    flat = g("Transpose", g.reshape(grid, 0, 0, -1), perm=[0, 2, 1])
    return g("Add", flat, g.weight(f"{name}.position_embedding.weight"))


def _patch_mask(g: Writer, shape: Shape) -> str:
    """(n, 1, 1, patches): what is added to the scores, so that no empty patch is attended to."""
    side = shape.patch
    mask = g("Cast", "pixel_attention_mask", to=TensorProto.FLOAT)
    seen = g(
        "MaxPool",
        g.reshape(mask, -1, 1, shape.tile, shape.tile),
        kernel_shape=[side, side],
        strides=[side, side],
    )
    unseen = g("Sub", np.float32(1), g.reshape(seen, 0, 1, 1, -1))
    return g("Mul", unseen, np.float32(FAR))


def _vision_layer(g: Writer, x: str, bias: str, name: str, shape: Shape) -> str:
    heads = shape.vision_heads
    normed = _layer_norm(g, x, f"{name}.layer_norm1", shape.vision_epsilon)
    q, k, v = (
        g.split_heads(g.linear(normed, f"{name}.self_attn.{each}_proj", bias=True), heads)
        for each in "qkv"
    )
    head_size = g.weights[f"{name}.self_attn.q_proj.bias"].size // heads
    products = g("MatMul", q, g("Transpose", k, perm=[0, 1, 3, 2]))
    seen = _attention(g, products, v, bias, head_size)
    merged = g.reshape(g("Transpose", seen, perm=[0, 2, 1, 3]), 0, 0, -1)
    x = g("Add", x, g.linear(merged, f"{name}.self_attn.out_proj", bias=True))
    normed = _layer_norm(g, x, f"{name}.layer_norm2", shape.vision_epsilon)
    inner = g("Gelu", g.linear(normed, f"{name}.mlp.fc1", bias=True), approximate="tanh")
    return g("Add", x, g.linear(inner, f"{name}.mlp.fc2", bias=True))


def _shuffled(g: Writer, x: str, shape: Shape) -> str:
    """Squares of patches side by side in one position: space to depth."""
    side, by = shape.tile // shape.patch, shape.shuffle
    blocks = g.reshape(x, 0, side // by, by, side // by, -1)
    return g.reshape(g("Transpose", blocks, perm=[0, 1, 3, 2, 4]), 0, (side // by) ** 2, -1)


def _text_layer(g: Writer, x: str, places: Places, layer: int, shape: Shape) -> str:
    name = f"model.text_model.layers.{layer}"
    normed = _rms_norm(g, x, f"{name}.input_layernorm", shape)
    counts = {"q": shape.heads, "k": shape.cached_heads, "v": shape.cached_heads}
    q, k, v = (
        g.split_heads(g.linear(normed, f"{name}.self_attn.{each}_proj", bias=False), heads)
        for each, heads in counts.items()
    )
    k, v = (
        g("Concat", f"past_key_values.{layer}.{kind}", new, axis=2, name=f"present.{layer}.{kind}")
        for kind, new in (("key", _turned(g, k, places, shape)), ("value", v))
    )
    group = shape.heads // shape.cached_heads
    q = g(
        "Reshape",
        _turned(g, q, places, shape),
        np.array([0, shape.cached_heads, group, -1, shape.head_size]),
    )
    k, v = (g("Unsqueeze", each, np.array([2])) for each in (k, v))
    products = g("MatMul", q, g("Transpose", k, perm=[0, 1, 2, 4, 3]))
    seen = _attention(g, products, v, places.mask, shape.head_size)
    seen = g.reshape(seen, 0, shape.heads, -1, shape.head_size)
    merged = g.reshape(g("Transpose", seen, perm=[0, 2, 1, 3]), 0, 0, -1)
    x = g("Add", x, g.linear(merged, f"{name}.self_attn.o_proj", bias=False))
    normed = _rms_norm(g, x, f"{name}.post_attention_layernorm", shape)
    gate = g.linear(normed, f"{name}.mlp.gate_proj", bias=False)
    inner = g(
        "Mul",
        g("Mul", gate, g("Sigmoid", gate)),
        g.linear(normed, f"{name}.mlp.up_proj", bias=False),
    )
    return g("Add", x, g.linear(inner, f"{name}.mlp.down_proj", bias=False))


def _attention(g: Writer, products: str, v: str, bias: str, head_size: int) -> str:
    """Softmax of the scaled products of queries and keys, and the bias, over values."""
    scaled = g("Mul", products, np.float32(head_size**-0.5))
    return g("MatMul", g("Softmax", g("Add", scaled, bias), axis=-1), v)


def _rotation(g: Writer, shape: Shape) -> tuple[str, str]:
    """Cosines and sines of the rotary embedding, (b, 1, sequence, head size)."""
    steps = np.arange(0, shape.head_size, 2, dtype=np.float32) / shape.head_size
    speeds = (1.0 / shape.theta**steps).astype(np.float32)
    places = g("Unsqueeze", g("Cast", "position_ids", to=TensorProto.FLOAT), np.array([1, 3]))
    angles = g("Mul", places, np.concatenate([speeds, speeds]))
    return g("Cos", angles), g("Sin", angles)


def _turned(g: Writer, x: str, places: Places, shape: Shape) -> str:
    """Queries or keys with the rotary embedding applied."""
    half, full = shape.head_size // 2, shape.head_size
    first, second = (
        g("Slice", x, np.array([start]), np.array([end]), np.array([3]))
        for start, end in ((0, half), (half, full))
    )
    crossed = g("Concat", g("Neg", second), first, axis=-1)
    return g("Add", g("Mul", x, places.cosines), g("Mul", crossed, places.sines))


def _causal_mask(g: Writer) -> str:
    """(b, 1, 1, sequence, total): 0 for what a position may attend to."""
    total = g("Gather", g("Shape", "attention_mask"), np.array(1), axis=0)
    new = g("Gather", g("Shape", "inputs_embeds"), np.array(1), axis=0)
    one = np.array(1)
    keys = g("Range", np.array(0), total, one)
    queries = g("Range", g("Sub", total, new), total, one)
    later = g("Greater", keys, g("Unsqueeze", queries, np.array([1])))
    masked = g("Equal", g("Unsqueeze", "attention_mask", np.array([1, 2, 3])), np.array(0))
    return g("Where", g("Or", later, masked), np.float32(FAR), np.float32(0))


def _layer_norm(g: Writer, x: str, name: str, epsilon: float) -> str:
    scale, bias = g.weight(f"{name}.weight"), g.weight(f"{name}.bias")
    return g("LayerNormalization", x, scale, bias, epsilon=epsilon)


def _rms_norm(g: Writer, x: str, name: str, shape: Shape) -> str:
    square = g("ReduceMean", g("Pow", x, np.float32(2)), np.array([-1]), keepdims=1)
    root = g("Sqrt", g("Add", square, np.float32(shape.epsilon)))
    return g("Mul", g("Div", x, root), g.weight(f"{name}.weight"))


def _value(name: str, kind: int, *sides: int | str) -> Any:
    return helper.make_tensor_value_info(name, kind, sides)
