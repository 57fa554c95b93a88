import json
import shutil

import pytest

from models.smolvlm.settings import FILES, read_settings
from tests.models.smolvlm.toys import TOY
from vision.errors import WeightsCorrupt, WeightsMissing


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        shutil.copy(TOY / name, tmp_path)
    return tmp_path


def test_the_settings_are_those_of_the_toy(folder):
    settings = read_settings(folder)
    assert (settings.tile, settings.tokens_per_tile) == (64, 4)
    assert (settings.mean, settings.std) == ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    assert (settings.context, settings.heads, settings.head_size) == (512, 2, 8)


def test_what_a_config_leaves_out_has_the_defaults_of_llama(folder):
    text = {"hidden_size": 60, "num_attention_heads": 6}
    (folder / "config.json").write_text(json.dumps({"text_config": text}))
    settings = read_settings(folder)
    assert (settings.context, settings.heads, settings.head_size) == (2048, 6, 10)


@pytest.mark.parametrize("name", FILES[:3])
def test_missing_and_damaged_files_say_what_to_do(folder, name):
    (folder / name).write_text('{"text_config": 3}')
    with pytest.raises(WeightsCorrupt, match=f"{name} is damaged .*openeyes models pull"):
        read_settings(folder)
    (folder / name).unlink()
    with pytest.raises(WeightsMissing, match=f"{name} cannot be read .*openeyes models pull"):
        read_settings(folder)
