"""Models for tests, published by the fake host."""

import hashlib
from pathlib import Path

import msgspec

from models.smolvlm.settings import FILES, GRAPHS
from models.zoo.catalogue import Entry
from tests.models.zoo.fake_host import COMMIT, TAG

GRAPH = "onnx/model.onnx"
ASSET = "yolo.onnx"
CONTENT = bytes(range(256)) * 400
"Of a graph, as far as downloads are concerned: 102 400 bytes."

HUB_FILES = {GRAPH: CONTENT, "config.json": b'{"labels": []}', "README.md": b"not fetched"}
RELEASE_FILES = {ASSET: CONTENT, "labels.txt": b"person\ncar\n"}

HUB = Entry(
    name="detr-nano",
    task="detection",
    family="detr",
    source="hub",
    licence="Apache-2.0",
    page="https://example.org/detr",
    repository="someone/detr-nano",
    files=(GRAPH, "config.json"),
)
RELEASE = Entry(
    name="yolo-nano",
    task="detection",
    family="yolox",
    source="release",
    licence="MIT",
    page="https://example.org/yolo",
    repository="someone/yolo",
    revision=TAG,
    files=(ASSET, "labels.txt"),
    sha256={ASSET: hashlib.sha256(CONTENT).hexdigest()},
)
UNCONFIRMED = msgspec.structs.replace(RELEASE, name="yolo-unknown", sha256={})
PINNED = msgspec.structs.replace(HUB, name="detr-pinned", revision=COMMIT)
COPYLEFT = msgspec.structs.replace(RELEASE, name="yolo-agpl", licence="AGPL-3.0-only")
EXPORTED = Entry(
    name="made-here",
    task="detection",
    family="detr",
    source="export",
    licence="Apache-2.0",
    page="https://example.org/made",
)
LANGUAGE = tuple(
    msgspec.structs.replace(
        HUB,
        name=f"smolvlm-{size}{ending}",
        task="language",
        family="smolvlm",
        repository=f"someone/SmolVLM-{size}",
        files=(*FILES, *(f"onnx/{graph}{ending.replace('-', '_')}.onnx" for graph in GRAPHS)),
    )
    for size in ("256m", "500m")
    for ending in ("", "-fp16", "-q4")
)
PACKAGED = msgspec.structs.replace(EXPORTED, name="nanodet-g-416", source="package")
ALL = (HUB, RELEASE, UNCONFIRMED, PINNED, COPYLEFT, EXPORTED, PACKAGED, *LANGUAGE)


def catalogue_of(*entries: Entry) -> str:
    """TOML that lists them."""
    return "\n".join(_table(each) for each in entries)


def write_catalogue(path: Path, *entries: Entry) -> Path:
    path.write_text(catalogue_of(*entries))
    return path


def _table(entry: Entry) -> str:
    fields = {
        name: value for name, value in msgspec.to_builtins(entry).items() if value not in ("", None)
    }
    return "[[model]]\n" + "".join(f"{name} = {_value(value)}\n" for name, value in fields.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = "{each}"' for key, each in value.items()) + "}"
    return msgspec.json.encode(value).decode()
