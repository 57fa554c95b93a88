"""Makes toys of the DETR families for tests, and what their own projects compute with them.

Random weights in the real model classes, small pictures, the reference's own input tensors, outputs
and detections. To make them again, in an environment of its own with torch 2.14.1, transformers
5.23.0, rfdetr 1.11.2, opencv, onnx and onnxruntime::

    python -m tools.goldens_detr rt-detr d-fine rf-detr
"""

from __future__ import annotations

import io
import lzma
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest import mock

import cv2
import numpy as np
import onnx
import torch
import transformers as tf
from numpy.typing import NDArray
from PIL import Image
from rfdetr.config import RFDETRSegNanoConfig
from rfdetr.export._onnx.exporter import OnnxConfig, OnnxExporter
from rfdetr.export._runtime.preprocess import preprocess_to_nchw
from rfdetr.export.prepare import ExportGraph, prepare_export_graph
from rfdetr.models._defaults import ModelDefaults
from rfdetr.models.backbone import dinov2
from rfdetr.models.lwdetr import build_model_from_config
from rfdetr.models.postprocess import PostProcess
from transformers.models.rf_detr import modeling_rf_detr

FOLDER = Path(__file__).parent.parent / "tests" / "models" / "families" / "data"
SIZES = ((110, 70), (40, 100), (44, 30))
"Width and height of the pictures: both sides larger than the input, one of them, none."
THRESHOLD = 0.3
FEWEST, MOST = 4, 16
"Detections of a picture."
LEAST_GAP = 1.6e-3
"Between two scores, and to the threshold: rounding may not decide."
STEADY = 7e-4
"Difference of a score, or of an edge in parts of the picture, that pixels half a level away make."
SEEDS, PICTURES = 60, 12
"Toys, and pictures of each size, that are tried."
OPSET = 17
OWN_DEFAULTS = ModelDefaults(dim_feedforward=16)
REFERENCES = {
    "rt-detr": f"transformers {tf.__version__} RTDetrForObjectDetection",
    "d-fine": f"transformers {tf.__version__} DFineForObjectDetection",
    "rf-detr": f"rfdetr {version('rfdetr')} LWDETR and PostProcess",
    "rf-detr-transformers": f"transformers {tf.__version__} RfDetrForObjectDetection",
}
LEVELS = 32
"Of weights from one whole number to the next: few, so that the files compress."
WIDTH = 12
"Of a tiny DINOv2."
Tensors = dict[str, torch.Tensor]
Found = dict[str, torch.Tensor]
Pixels = NDArray[np.uint8]


@dataclass
class Toy:
    """A model with what its project does before and after."""

    model: torch.nn.Module
    "Takes a batch of tensors, returns ``names``."
    names: tuple[str, ...]
    "Of its outputs."
    logits: str
    "Which of them are the scores before the sigmoid."
    input: str
    "Its name."
    before: Callable[[np.ndarray], torch.Tensor]
    "Of an RGB picture."
    after: Callable[[Tensors, tuple[int, int]], Found]
    "For a picture's height and width; boxes as corners in pixels."
    graph: ExportGraph | None = None
    "What RF-DETR's own exporter takes."

    def outputs(self, pixels: torch.Tensor) -> Tensors:
        """By name."""
        with torch.no_grad():
            return dict(zip(self.names, self.model(pixels), strict=True))


class Raw(torch.nn.Module):
    """The named outputs of a transformers model alone, as an export has them."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Logits and boxes."""
        found = self.model(pixel_values=pixel_values)
        return found.logits, found.pred_boxes


class Finished(torch.nn.Module):
    """As RT-DETR's and D-FINE's own export scripts end: chosen in the graph, in pixels."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor, orig_target_sizes: torch.Tensor) -> Any:
        """Labels, boxes, scores."""
        logits, boxes = self.model(images)
        _, queries, classes = logits.shape
        scores, pairs = torch.topk(logits.sigmoid().flatten(1), queries, dim=-1)
        centres, halves = boxes[..., :2], boxes[..., 2:] / 2
        corners = torch.cat([centres - halves, centres + halves], -1)
        corners = corners * orig_target_sizes.repeat(1, 2).unsqueeze(1)
        chosen = torch.div(pairs, classes, rounding_mode="floor").unsqueeze(-1)
        return pairs % classes, corners.gather(1, chosen.repeat(1, 1, 4)), scores


def rt_detr(seed: int) -> Toy:
    """RT-DETR of transformers on a tiny ResNet."""
    backbone = tf.RTDetrResNetConfig(
        embedding_size=4,
        hidden_sizes=[4, 6, 8, 8],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = tf.RTDetrConfig(
        backbone_config=backbone, encoder_in_channels=[6, 8, 8], **_transformer()
    )
    return _transformers_toy(
        tf.RTDetrForObjectDetection, config, tf.RTDetrImageProcessor(size=_side(32, 64)), seed
    )


def d_fine(seed: int) -> Toy:
    """D-FINE of transformers on a tiny HGNetV2."""
    backbone = tf.HGNetV2Config(
        stem_channels=[3, 4, 4],
        stage_in_channels=[4, 4, 6, 8],
        stage_mid_channels=[4, 4, 4, 4],
        stage_out_channels=[4, 6, 8, 8],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        depths=[1, 1, 1, 1],
        hidden_sizes=[4, 6, 8, 8],
        embedding_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    config = tf.DFineConfig(
        backbone_config=backbone,
        encoder_in_channels=[6, 8, 8],
        lqe_hidden_dim=8,
        depth_mult=0.34,
        hidden_expansion=0.5,
        max_num_bins=8,
        **_transformer(),
    )
    return _transformers_toy(
        tf.DFineForObjectDetection, config, tf.RTDetrImageProcessor(size=_side(32, 64)), seed
    )


def rf_detr_transformers(seed: int) -> Toy:
    """RF-DETR of transformers on a tiny DINOv2."""
    backbone = tf.RfDetrDinov2Config(
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        mlp_ratio=1,
        image_size=48,
        patch_size=12,
        num_windows=2,
        out_features=["stage1", "stage2"],
    )
    config = tf.RfDetrConfig(
        backbone_config=backbone,
        d_model=16,
        decoder_layers=2,
        decoder_ffn_dim=16,
        decoder_self_attention_heads=2,
        decoder_cross_attention_heads=2,
        decoder_n_points=2,
        c2f_num_blocks=1,
        num_queries=16,
        group_detr=1,
        num_labels=91,
    )
    processor = tf.RfDetrImageProcessor(size=_side(48, 48), do_pad=False)
    return _transformers_toy(tf.RfDetrForObjectDetection, config, processor, seed)


def rf_detr(seed: int) -> Toy:
    """RF-DETR of its own package, with its head for masks, on a tiny DINOv2."""
    model = _shaken(build_model_from_config(_own_config(), defaults=OWN_DEFAULTS), seed, 0.4)
    graph = prepare_export_graph(model.eval(), _own_config(), shape=(48, 48), device="cpu")
    model.export()
    choose = PostProcess(num_select=16)

    def after(outputs: Tensors, size: tuple[int, int]) -> Found:
        named = {"pred_logits": outputs["labels"], "pred_boxes": outputs["dets"]}
        (found,) = choose(named, torch.tensor([size]))
        kept = found["scores"] > THRESHOLD
        return {name: found[name][kept] for name in ("scores", "labels", "boxes")}

    def before(rgb: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(preprocess_to_nchw(Image.fromarray(rgb), 48, 48))

    return Toy(graph.model, graph.output_names, "labels", "input", before, after, graph)


def _own_config() -> RFDETRSegNanoConfig:
    return RFDETRSegNanoConfig(
        hidden_dim=16,
        dec_layers=2,
        sa_nheads=2,
        ca_nheads=2,
        num_queries=16,
        num_select=16,
        group_detr=1,
        resolution=48,
        positional_encoding_size=4,
        out_feature_indexes=[1, 2],
        pretrain_weights=None,
        device="cpu",
    )


def _tiny_dinov2(size: str, use_registers: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001
    return {
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "mlp_ratio": 1,
        "image_size": 48,
        "patch_size": 12,
        "num_channels": 3,
        "qkv_bias": True,
        "layerscale_value": 1.0,
        "layer_norm_eps": 1e-6,
        "hidden_act": "gelu",
    }


def _transformer() -> dict[str, Any]:
    """Sizes that RT-DETR and D-FINE have alike; as many queries as there are places to look."""
    return {
        "encoder_hidden_dim": 16,
        "encoder_ffn_dim": 16,
        "encoder_attention_heads": 2,
        "d_model": 16,
        "decoder_in_channels": [16, 16, 16],
        "decoder_ffn_dim": 16,
        "decoder_attention_heads": 2,
        "decoder_layers": 2,
        "decoder_n_points": 2,
        "num_queries": 42,
        "num_denoising": 0,
        "num_labels": 80,
    }


def _side(height: int, width: int) -> dict[str, int]:
    return {"height": height, "width": width}


def _transformers_toy(kind: Any, config: Any, processor: Any, seed: int) -> Toy:
    gain = 0.4 if config.num_labels == 91 else 2.0
    model = Raw(_shaken(kind(config), seed, gain).eval())

    def before(rgb: np.ndarray) -> torch.Tensor:
        pixels: torch.Tensor = processor(rgb, return_tensors="pt")["pixel_values"]
        return pixels

    def after(outputs: Tensors, size: tuple[int, int]) -> Found:
        found: Found = processor.post_process_object_detection(
            SimpleNamespace(**outputs), threshold=THRESHOLD, target_sizes=[size]
        )[0]
        return found

    return Toy(model, ("logits", "pred_boxes"), "logits", "pixel_values", before, after)


def _shaken(model: torch.nn.Module, seed: int, gain: float) -> torch.nn.Module:
    """With random weights everywhere: some heads start at nothing, and say the same of all."""
    torch.manual_seed(seed)
    for name, weight in model.named_parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=1.0 / np.sqrt(weight[0].numel()))
        weight.data = (weight.data * LEVELS).round() / LEVELS
        if "class_embed" in name:
            weight.data = weight.data * gain if weight.dim() > 1 else torch.full_like(weight, -5.5)
    return model


def picture(width: int, height: int, seed: int) -> Pixels:
    """BGR: patches of colour that fade into one another, and one with edges."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 6, 3)).astype(np.uint8)
    soft = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    x, y = int(rng.integers(0, width // 2)), int(rng.integers(0, height // 2))
    cv2.rectangle(soft, (x, y), (x + width // 3, y + height // 3), (30, 60, 90), -1)
    return soft


@dataclass
class Case:
    """A picture and what a toy makes of it."""

    bgr: Pixels
    pixels: torch.Tensor
    outputs: Tensors
    others: Tensors
    "Of pixels that are rounded otherwise."


def cases(toy: Toy, width: int, height: int) -> list[Case]:
    """Of some pictures of one size."""
    made = []
    for seed in range(PICTURES):
        bgr = picture(width, height, seed)
        pixels = toy.before(np.ascontiguousarray(bgr[:, :, ::-1]))
        levels = torch.rand(pixels.shape, generator=torch.Generator().manual_seed(seed)) - 0.5
        others = pixels + levels / (255 * (0.225 if pixels.min() < 0 else 1))
        made.append(Case(bgr, pixels, toy.outputs(pixels), toy.outputs(others)))
    return made


def judged(toy: Toy) -> dict[str, Any] | None:
    """One clear picture of each size, with what the toy finds, after a shift of all classes."""
    offered = [cases(toy, *size) for size in SIZES]
    for shift in np.arange(10, -8, -0.03):
        chosen = [_first_clear(toy, each, float(shift)) for each in offered]
        if all(chosen):
            _shift(toy, float(shift))
            return _arrays(toy, [each for each in chosen if each])
    return None


def _first_clear(toy: Toy, offered: list[Case], shift: float) -> Case | None:
    for case in offered:
        if not _clear((case.outputs[toy.logits].flatten() + shift).sigmoid()):
            continue
        size = case.bgr.shape[:2]
        found, others = (
            toy.after(each | {toy.logits: each[toy.logits] + shift}, size)
            for each in (case.outputs, case.others)
        )
        if _same(found, others, max(size)):
            return case
    return None


def _shift(toy: Toy, shift: float) -> None:
    for name, weight in toy.model.named_parameters():
        if "class_embed" in name and weight.dim() == 1:
            weight.data += shift


def _arrays(toy: Toy, chosen: list[Case]) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for number, case in enumerate(chosen):
        outputs = toy.outputs(case.pixels)
        found = toy.after(outputs, case.bgr.shape[:2])
        arrays |= {
            f"picture_{number}": case.bgr,
            f"input_{number}": case.pixels[0].numpy().astype(np.float16),
        }
        arrays |= {
            f"{name}_{number}": outputs[name][0].numpy() for name in toy.names if name != "masks"
        }
        arrays |= {
            f"scores_{number}": found["scores"].numpy(),
            f"classes_{number}": found["labels"].numpy(),
            f"corners_{number}": found["boxes"].numpy(),
        }
    return arrays | {"size": chosen[0].pixels.shape[:1:-1]}


def _clear(scores: torch.Tensor) -> bool:
    """Whether a few pass, apart from one another and from the threshold."""
    best = scores.sort(descending=True).values[: MOST + 1]
    kept = int((best > THRESHOLD).sum())
    if not FEWEST <= kept <= MOST:
        return False
    apart = (best[:kept] - best[1 : kept + 1]).min() > LEAST_GAP
    return bool(apart and best[kept - 1] > THRESHOLD + STEADY and best[kept] < THRESHOLD - STEADY)


def _same(found: Found, others: Found, side: int) -> bool:
    if found["labels"].tolist() != others["labels"].tolist():
        return False
    scores = (found["scores"] - others["scores"]).abs().max()
    boxes = (found["boxes"] - others["boxes"]).abs().max() / side
    return bool(scores < STEADY and boxes < 2 * STEADY)


def best_seed(make: Callable[[int], Toy]) -> tuple[int, Toy, dict[str, Any]]:
    """The first of ``SEEDS`` that is clear."""
    for seed in range(SEEDS):
        toy = make(seed)
        arrays = judged(toy)
        if arrays is not None:
            return seed, toy, arrays
    raise SystemExit("no seed is clear")


def exported(toy: Toy) -> onnx.ModelProto:
    """As transformers' exporters do: a free batch."""
    pixels = toy.before(np.zeros((8, 8, 3), np.uint8))
    axes = {name: {0: "batch"} for name in (toy.input, *toy.names)}
    return _exported(toy.model, (pixels,), (toy.input,), toy.names, axes)


def exported_finished(toy: Toy) -> onnx.ModelProto:
    """As RT-DETR's and D-FINE's own scripts do."""
    pixels = toy.before(np.zeros((8, 8, 3), np.uint8))
    sizes = torch.tensor([[640, 640]])
    inputs = ("images", "orig_target_sizes")
    names = ("labels", "boxes", "scores")
    axes = {name: {0: "N"} for name in inputs}
    return _exported(Finished(toy.model), (pixels, sizes), inputs, names, axes)


def _exported(
    model: torch.nn.Module,
    arguments: tuple[torch.Tensor, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    axes: dict[str, dict[int, str]],
) -> onnx.ModelProto:
    file = io.BytesIO()
    torch.onnx.export(
        model,
        arguments,
        file,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    return onnx.load_from_string(file.getvalue())


def exported_own(toy: Toy) -> onnx.ModelProto:
    """As RF-DETR's own package does."""
    with TemporaryDirectory() as folder:
        exporter = OnnxExporter(OnnxConfig(output_dir=Path(folder)))
        return onnx.load(exporter._convert(toy.graph))  # noqa: SLF001


def save(name: str, graph: onnx.ModelProto) -> None:
    """Compressed, without the names of what lies between inputs and outputs."""
    for node in graph.graph.node:
        node.ClearField("doc_string")
        node.ClearField("name")
    graph.graph.ClearField("value_info")
    packed = lzma.compress(graph.SerializeToString(), preset=9 | lzma.PRESET_EXTREME)
    (FOLDER / f"{name}.onnx.xz").write_bytes(packed)
    sys.stdout.write(f"{name}.onnx.xz {len(packed)} bytes\n")


def made(name: str) -> Iterator[tuple[str, onnx.ModelProto]]:
    """The networks of a family by file name, after its goldens are saved."""
    makers = {"rt-detr": rt_detr, "d-fine": d_fine, "rf-detr": rf_detr}
    toy = _golden(name, makers[name])
    yield name, exported_own(toy) if name == "rf-detr" else exported(toy)
    if name == "rt-detr":
        yield "rt-detr-finished", exported_finished(toy)
    if name == "rf-detr":
        toy = _golden("rf-detr-transformers", rf_detr_transformers)
        embeddings = modeling_rf_detr.RfDetrDinov2Embeddings
        with mock.patch.object(embeddings, "interpolate_pos_encoding", _as_they_are):
            yield "rf-detr-transformers", exported(toy)


def _as_they_are(self: Any, *_: Any) -> torch.Tensor:
    """Encodings of the toy's own size; to scale them is beyond this exporter."""
    encodings: torch.Tensor = self.position_embeddings
    return encodings


def _golden(name: str, make: Callable[[int], Toy]) -> Toy:
    seed, toy, arrays = best_seed(make)
    np.savez_compressed(
        FOLDER / f"{name}.npz", reference=REFERENCES[name], threshold=THRESHOLD, seed=seed, **arrays
    )
    counts = [len(arrays[f"scores_{number}"]) for number in range(len(SIZES))]
    sys.stdout.write(f"{name}: seed {seed}, {counts} detections\n")
    return toy


def main() -> None:
    """Makes those that are named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    with (
        mock.patch.object(dinov2, "get_config", _tiny_dinov2),
        mock.patch.dict(dinov2.size_to_width, small=WIDTH),
    ):
        for name in sys.argv[1:]:
            for file, graph in made(name):
                save(file, graph)


if __name__ == "__main__":
    main()
