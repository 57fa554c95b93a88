"""Names of a network's classes: from the operator, the file itself, or its family."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from models.families.family import Family, Signature
from vision.errors import ConfigError, ModelError

KEY = "openeyes.labels"
"""Of an ONNX file's metadata: a JSON list."""

MOST_BYTES = 1 << 20
"""Of a file of labels."""

LONGEST = 80
"""Characters of one label."""


def labels_for(
    family: Family, signature: Signature, given: Sequence[str] | None, what: str
) -> tuple[str, ...]:
    """One name a class.

    Args:
        family: of the network.
        signature: of its file, which may name them.
        given: by the operator; goes before the file's.
        what: the network is called in messages.

    Raises:
        ConfigError: those given are too few or too many.
        ModelError: the file's are, or there are none.
    """
    if given is not None:
        if len(given) != family.classes:
            raise ConfigError(
                f"{what} tells {family.classes} classes apart, but {len(given)} labels were given: "
                "give one a line, in the network's order"
            )
        return tuple(given)
    told = _told(signature, what)
    labels = family.default_labels if told is None else told
    if labels is None or len(labels) != family.classes:
        raise ModelError(
            f"{what} tells {family.classes} classes apart, and their names are not known: "
            "give --labels FILE with one a line"
        )
    return labels


def read_labels(path: Path) -> tuple[str, ...]:
    """The lines of a file, empty ones at its end left out.

    Raises:
        ConfigError: it cannot be read, is not text, or a line of it is no label.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"the labels cannot be read: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the labels in {path} are not text in UTF-8") from error
    if len(raw) > MOST_BYTES:
        raise ConfigError(f"{path} has more than {MOST_BYTES} bytes: it should hold labels only")
    labels = tuple(line.strip() for line in text.rstrip().splitlines())
    for number, label in enumerate(labels, 1):
        if not label or len(label) > LONGEST or not label.isprintable():
            raise ConfigError(
                f"line {number} of {path} is no label: 1 to {LONGEST} plain characters are needed"
            )
    if not labels:
        raise ConfigError(f"{path} is empty: give one label a line")
    return labels


def _told(signature: Signature, what: str) -> tuple[str, ...] | None:
    raw = signature.metadata.get(KEY)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=tuple[str, ...])
    except msgspec.MsgspecError as error:
        raise ModelError(f"the labels in {what} are damaged ({error}): export it again") from error
