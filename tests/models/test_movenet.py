"""The committed pose network computes what TensorFlow.js does of its source, and finds joints."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import pytest

from models import movenet, weights
from tools.goldens_movenet import variants
from vision.body import JOINTS, LEAST_SCORE, SURE_SCORE
from vision.picture import Picture
from vision.types import Box

NAME = "movenet-lightning-192"
GOLDEN = Path(__file__).parent / "data" / "movenet.npz"


@pytest.fixture(scope="module")
def shipped():
    return weights.load(weights.manifest(NAME))


def test_it_computes_what_tensorflow_does(shipped):
    session = ort.InferenceSession(shipped, providers=["CPUExecutionProvider"])
    with np.load(GOLDEN) as kept:
        squares, expected = kept["squares"], kept["joints"]
    pictures = [picture for square in squares for picture in variants(square)]
    assert len(pictures) == len(expected) == 8
    for picture, joints in zip(pictures, expected, strict=True):
        (found,) = session.run(None, {"pixels": np.ascontiguousarray(picture)[None]})
        # in pixels of the input; measured were 0.0001 at most, and 0.000003 in scores
        np.testing.assert_allclose(found[0, 0, :, :2] * 192, joints[:, :2] * 192, atol=0.01)
        np.testing.assert_allclose(found[0, 0, :, 2], joints[:, 2], atol=1e-4)
    assert expected[0, :, 2].max() > 0.6
    assert np.ptp(expected[0, :, :2], axis=0).min() > 0.2


def test_its_graph_holds_no_needless_transposition(shipped):
    kinds = [node.op_type for node in onnx.load_from_string(shipped).graph.node]
    assert kinds.count("Conv") == 74
    assert kinds.count("Transpose") == 5  # one before the layers, one after each of four heads


def test_it_is_small_and_all_its_weights_are_halves(shipped):
    kept = onnx.load_from_string(shipped).graph.initializer
    assert not [each.name for each in kept if each.data_type == onnx.TensorProto.FLOAT]
    assert len(shipped) < 5_000_000


def test_its_licence_lies_beside_it():
    described = weights.manifest(NAME)
    assert (described.task, described.upstream.license) == ("pose", "Apache-2.0")
    text = (weights.DATA / f"{NAME}.LICENSE").read_text()
    assert "Apache License" in text
    assert "Copyright (c) 2021 Vladimir Mandic" in text
    assert "MoveNet.SinglePose.Lightning" in text


PICTURES = Path(__file__).parents[1] / "data"
WHOLE: Box = (0.026, 0.029, 0.69, 0.965)
"""The astronaut's box: her legs and half of her left arm lie outside the picture."""


@pytest.fixture(scope="module")
def net():
    return movenet.create()


@pytest.fixture(scope="module")
def astronaut():
    return Picture.from_bgr(cv2.imread(str(PICTURES / "astronaut.jpg")))


def joint(pose, name):
    return pose.joints[JOINTS.index(name)]


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("nose", 0.432, 0.238),
        ("left eye", 0.476, 0.202),
        ("right eye", 0.397, 0.192),
        ("left shoulder", 0.634, 0.509),
        ("right shoulder", 0.204, 0.464),
        ("right elbow", 0.108, 0.800),
        ("right wrist", 0.296, 0.942),
    ],
)
def test_joints_are_where_the_eye_sees_them(net, astronaut, name, x, y):
    (pose,) = net.poses(astronaut, [WHOLE])
    found = joint(pose, name)
    np.testing.assert_allclose(found[:2], (x, y), atol=0.03)
    assert found[2] > 0.4


def test_legs_outside_the_picture_are_not_claimed(net, astronaut):
    (pose,) = net.poses(astronaut, [WHOLE])
    for name in ("left knee", "right knee", "left ankle", "right ankle"):
        assert joint(pose, name)[2] < LEAST_SCORE


def test_a_mirrored_person_changes_sides(net, astronaut):
    mirrored = Picture.from_bgr(np.ascontiguousarray(astronaut.bgr()[:, ::-1]))
    left, top, width, height = WHOLE
    (pose,) = net.poses(mirrored, [(1 - left - width, top, width, height)])
    assert joint(pose, "left shoulder")[0] > joint(pose, "right shoulder")[0]
    np.testing.assert_allclose(joint(pose, "left eye")[:2], (1 - 0.397, 0.192), atol=0.03)


def test_a_pose_is_that_of_its_own_box(net, astronaut):
    """Two of her, the one half as large: each box gets its own joints, in its order."""
    bgr = astronaut.bgr()
    side = bgr.shape[0]
    wide = np.full((side, 2 * side, 3), 90, np.uint8)
    wide[:, :side] = bgr
    wide[side // 2 :, side : side + side // 2] = cv2.resize(
        bgr, (side // 2, side // 2), interpolation=cv2.INTER_AREA
    )
    left, top, width, height = WHOLE
    boxes = [
        (0.5 + left / 4, 0.5 + top / 2, width / 4, height / 2),
        (left / 2, top, width / 2, height),
    ]
    small, large = net.poses(Picture.from_bgr(wide), boxes)
    np.testing.assert_allclose(joint(large, "nose")[:2], (0.216, 0.238), atol=0.03)
    np.testing.assert_allclose(joint(small, "nose")[:2], (0.608, 0.619), atol=0.03)


def test_nobody_is_claimed_in_a_cup(net):
    coffee = Picture.from_bgr(cv2.imread(str(PICTURES / "coffee.jpg")))
    (pose,) = net.poses(coffee, [(0.0, 0.0, 1.0, 1.0)])
    assert (pose.joints[:, 2] >= SURE_SCORE).sum() == 0


@pytest.mark.parametrize(
    "box",
    [
        (0.5, 0.5, 0.004, 0.008),
        (0.9, 0.0, 0.4, 1.0),
        (-0.5, -0.5, 0.2, 0.2),
        (-3.0, -3.0, 7.0, 7.0),
        (5.0, 5.0, 1.0, 1.0),
    ],
    ids=["tiny", "half outside", "outside", "larger than the picture", "far outside"],
)
def test_any_box_gives_seventeen_finite_joints(net, astronaut, box):
    (pose,) = net.poses(astronaut, [box])
    assert pose.joints.shape == (17, 3)
    assert pose.joints.dtype == np.float32
    assert np.isfinite(pose.joints).all()


@pytest.mark.parametrize("box", [(0.1, 0.1, 0.0, 0.5), (0.1, float("nan"), 0.5, 0.5)])
def test_what_is_no_box_is_refused(net, astronaut, box):
    with pytest.raises(ValueError, match="no box to look for a person in"):
        net.poses(astronaut, [box])


def test_without_people_it_does_nothing(net, astronaut):
    assert net.poses(astronaut, []) == ()
