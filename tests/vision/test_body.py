from vision.body import JOINTS, LIMBS, side_between, side_of


def test_there_are_the_seventeen_joints_of_coco():
    assert len(JOINTS) == len(set(JOINTS)) == 17


def test_left_and_right_follow_each_other():
    for first, second in zip(JOINTS[1::2], JOINTS[2::2], strict=True):
        assert first.replace("left", "right") == second


def test_limbs_belong_to_the_side_of_their_joints():
    sides = {(JOINTS[a], JOINTS[b]): side_between(a, b) for a, b in LIMBS}
    assert sides["left shoulder", "right shoulder"] == "middle"
    assert sides["left elbow", "left wrist"] == "left"
    assert sides["right hip", "right knee"] == "right"
    assert sides["nose", "right eye"] == "right"
    assert side_of(0) == "middle"
    assert sum(side == "left" for side in sides.values()) == 7
    assert sum(side == "right" for side in sides.values()) == 7
