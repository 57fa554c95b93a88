from models.coco import LABELS


def test_the_labels_stand_where_detectors_expect_them():
    assert len(LABELS) == len(set(LABELS)) == 80
    places = {"person": 0, "bus": 5, "cat": 15, "cup": 41, "tv": 62, "toothbrush": 79}
    assert {label: LABELS.index(label) for label in places} == places
