"""Language models, from their pull to their first answer."""

import pytest

from models.smolvlm.settings import FILES, GRAPHS
from models.zoo import catalogue, language
from models.zoo.pulling import pull
from tests.models.smolvlm.toys import QUESTION, SYSTEM, TOY, picture
from tests.models.zoo.fake_host import FakeHost, files_of
from vision.errors import ModelError, UnknownModel, WeightsCorrupt, WeightsMissing
from vision.prompt import Prompt, Shot

NAME = "smolvlm-256m"
DECODER = "onnx/decoder_model_merged.onnx"


@pytest.fixture
def server(monkeypatch):
    with FakeHost(files_of(TOY)).running() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def test_a_model_is_pulled_and_answers(server, tmp_path):
    pull(catalogue.entry(NAME), tmp_path)
    model = language.load(NAME, tmp_path, device="cpu", threads=1)
    assert model.name == NAME
    assert "".join(model.reply(Prompt(SYSTEM, QUESTION, (Shot(picture()),), max_tokens=8)))


def test_a_variant_has_its_own_graphs(server, tmp_path):
    pull(catalogue.entry(f"{NAME}-q4"), tmp_path)
    graphs = {f"onnx/{each}_q4.onnx" for each in GRAPHS}
    assert {path for path, _ in server.fetched} == graphs | set(FILES)
    assert language.load(f"{NAME}-q4", tmp_path, device="cpu").name == f"{NAME}-q4"


def test_a_changed_file_is_found_at_the_next_load(server, tmp_path):
    path = pull(catalogue.entry(NAME), tmp_path).folder / DECODER
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(WeightsCorrupt, match="not the file that was recorded: run"):
        language.load(NAME, tmp_path)


def test_what_was_never_pulled_is_missing(tmp_path):
    with pytest.raises(WeightsMissing, match=r"openeyes models pull smolvlm-256m.*`grounded`"):
        language.load(NAME, tmp_path)


@pytest.mark.parametrize("name", ["x", "detr-nano"])
def test_unknown_names_list_the_known_ones(tmp_path, name):
    with pytest.raises(UnknownModel, match=r"smolvlm-256m, smolvlm-256m-fp16, .*500m-q4"):
        language.load(name, tmp_path)


def test_the_packages_that_are_missing_are_named(server, tmp_path, monkeypatch):
    def refuse(_):
        raise ModuleNotFoundError("No module named 'tokenizers'", name="tokenizers")

    pull(catalogue.entry(NAME), tmp_path)
    monkeypatch.setattr(language, "import_module", refuse)
    with pytest.raises(ModelError, match=r"tokenizers: pip install 'openeyes\[smolvlm\]'"):
        language.load(NAME, tmp_path)
