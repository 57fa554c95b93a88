"""What may stand in a catalogue, and what does."""

from pathlib import Path

import pytest

import models.zoo
from models import weights
from models.smolvlm.settings import FILES, GRAPHS
from models.zoo import catalogue
from models.zoo.licences import concern
from tests.models.zoo.entries import ALL, HUB, RELEASE, catalogue_of
from vision.errors import ConfigError, UnknownModel

OURS = Path(models.zoo.__file__).with_name("catalogue.toml")


def shipped():
    return catalogue.entries(OURS).values()


def test_the_shipped_catalogue_is_whole():
    assert len(shipped()) > 10
    for each in shipped():
        assert each.licence
        assert each.page.startswith("https://")
        assert each.ap is None or (0 < each.ap < 100 and each.ap_reference)
        assert each.source not in {"hub", "release"} or each.repository


def test_the_shipped_catalogue_has_the_packaged_networks():
    packaged = {each.name for each in shipped() if each.source == "package"}
    assert packaged <= set(weights.names())
    assert "nanodet-g-416" in packaged


def test_the_shipped_catalogue_has_all_files_of_smolvlm():
    models = {each.name: each for each in shipped() if each.family == "smolvlm"}
    suffixes = {"": "", "-fp16": "_fp16", "-q4": "_q4"}
    assert set(models) >= {f"smolvlm-{size}{end}" for size in ("256m", "500m") for end in suffixes}
    for name, entry in models.items():
        (suffix,) = {of for end, of in suffixes.items() if end and name.endswith(end)} or {""}
        graphs = {f"onnx/{graph}{suffix}.onnx" for graph in GRAPHS}
        assert set(entry.files) >= graphs | set(FILES)
        assert (entry.task, entry.source) == ("language", "hub")


def test_a_catalogue_comes_back_as_it_was_written():
    found = catalogue.read(catalogue_of(*ALL), "here")
    assert list(found.values()) == list(ALL)


def test_an_entry_is_found_by_name():
    assert catalogue.entry(HUB.name) == HUB
    assert set(catalogue.names()) == {each.name for each in ALL}
    assert catalogue.names("language")[:2] == ("smolvlm-256m", "smolvlm-256m-fp16")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("yolo-nan", r"'yolo-nan'; did you mean yolo-nano.*\? `openeyes models list`"),
        ("Detr-Nano", "did you mean detr-nano"),
        ("zzz", r"no model is called 'zzz'; `openeyes models list` lists all"),
    ],
)
def test_names_that_are_spelt_alike_are_suggested(name, words):
    with pytest.raises(UnknownModel, match=words):
        catalogue.entry(name)


GOOD = catalogue_of(RELEASE)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("family =", "famly =", r"toys, model 1 \(yolo-nano\): .*unknown field `famly`"),
        ("[[model]]", "[[models]]", r"tables \[\[model\]\] and nothing else"),
        ("[[model]]", "[model]", r"tables \[\[model\]\] and nothing else"),
        ("[[model]]", "[[model", "toys is not TOML"),
        ('"yolo-nano"', "7", r"model 1: Expected `str`, got `int` - at `\$\.name`"),
        ('"yolo-nano"', '"../evil"', "name has other signs"),
        ('"yolo-nano"', '"Yolo"', "name has other signs"),
        ('"detection"', '"detecting"', r"Invalid enum value 'detecting' - at `\$\.task`"),
        ('"MIT"', '" "', "licence is empty"),
        ('"https://example', '"http://example', "page is no https address"),
        ('page = "https://example.org/yolo"', "", "missing required field `page`"),
        ("family", "ap = 40.5\nfamily", "ap has no ap_reference"),
        ("family", "ap = true\nfamily", "Expected `float | null`, got `bool`"),
        ("family", "input_size = [640]\nfamily", "Expected `array` of length 2"),
        ('"labels.txt"', '"../labels.txt"', r"files has '\.\./labels\.txt', which lies outside"),
        ('"labels.txt"', '"/etc/passwd"', "which lies outside"),
        ('"labels.txt"', '"C:/labels"', "which lies outside"),
        ('{"yolo.onnx"', '{"other.onnx"', r"sha256 names 'other\.onnx', which is not among files"),
        ('.onnx" = "', '.onnx" = "x', "has not 64 hex digits"),
        ('"someone/yolo"', '"yolo"', "repository is no owner/name"),
        ('revision = "v1.0"', "", "revision, the tag, is missing"),
        ('["yolo.onnx","labels.txt"]', "[]\n[model.extra]", "unknown field|sha256 names"),
    ],
)
def test_what_does_not_fit_is_named(old, new, words):
    assert old in GOOD
    with pytest.raises(ConfigError, match=words):
        catalogue.read(GOOD.replace(old, new, 1), "toys")


def test_a_model_of_no_files_could_not_be_fetched():
    text = GOOD.replace('["yolo.onnx","labels.txt"]', "[]").replace("sha256", "#")
    with pytest.raises(ConfigError, match="files is empty"):
        catalogue.read(text, "toys")


def test_no_two_models_have_one_name():
    with pytest.raises(ConfigError, match="toys: more than one model is called yolo-nano"):
        catalogue.read(GOOD + GOOD, "toys")


def test_a_catalogue_that_cannot_be_read_is_explained(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read .*reinstall openeyes"):
        catalogue.entries(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"odd\.toml cannot be read"):
        catalogue.entries(tmp_path / "odd.toml")


@pytest.mark.parametrize("licence", ["Apache-2.0", "MIT", "BSD-3-Clause AND (MIT)", "CC-BY-4.0"])
def test_permissive_licences_are_no_concern(licence):
    assert concern(licence) == ""


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("AGPL-3.0-only", "copyleft, also for what is only served over a network"),
        ("GPL-3.0-or-later", "copyleft"),
        ("LGPL-2.1-only", "copyleft for the model itself"),
        ("CC-BY-NC-4.0", "not for commercial use"),
        ("CC-BY-NC-SA-4.0", "not for commercial use; what is made from it stays under the same"),
        ("MIT AND CC-BY-NC-ND-4.0", "not for commercial use; nothing made from it may be passed"),
        ("Apache-2.0 OR GPL-3.0-only", "copyleft"),
        ("LicenseRef-Deci", "not among the permissive licences that openeyes knows"),
        ("unknown", "not among the permissive licences that openeyes knows"),
    ],
)
def test_others_are(licence, words):
    assert concern(licence).startswith(words)
