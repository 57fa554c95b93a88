"""How far off we are of what references for DETRs found. The maker is tools/goldens_detr.py."""

import numpy as np

from models.families.detector import seen
from tests.models.families import goldens


def off(golden, family, number, outputs):
    """The greatest differences of corners, in pixels of the picture, and of scores.

    Fails if other classes were found, or not as many.
    """
    height, width = golden[f"picture_{number}"].shape[:2]
    size = tuple(golden["size"].tolist())
    candidates = family.decode(outputs, size, float(golden["threshold"]))
    found = seen(candidates, family, (width, height), size)
    assert found.classes.tolist() == golden[f"classes_{number}"].tolist()
    sides = (width, height, width, height)
    corners = np.concatenate([found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]], axis=1)
    expected = np.clip(golden[f"corners_{number}"], 0, sides)
    scores = np.abs(found.scores - golden[f"scores_{number}"]).max()
    return np.abs(corners * sides - expected).max(), scores


def computed(name, golden, family, number, picture):
    """What the toy network says of a picture that the family has fitted."""
    session = goldens.session(name)
    inputs = {picture: goldens.planes(golden, family, number)}
    inputs |= family.further_inputs(tuple(golden["size"].tolist()))
    names = [each.name for each in session.get_outputs()]
    found = session.run(names, {name: value[np.newaxis] for name, value in inputs.items()})
    return {name: value[0] for name, value in zip(names, found, strict=True)}
