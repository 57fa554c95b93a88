"""Pulling models, with the hub's own client, from a server that speaks its protocol."""

import json
from typing import ClassVar

import pytest

from models import hub
from models.hub_store import MANIFEST
from models.smolvlm.settings import FILES, GRAPHS
from tests.models.smolvlm.fake_hub import COMMIT, FakeHub
from tests.models.smolvlm.toys import QUESTION, SYSTEM, TOY, picture
from vision.errors import ModelError, UnknownModel, WeightsCorrupt, WeightsMissing
from vision.prompt import Prompt, Shot

NAME = "smolvlm-256m"
DECODER = "onnx/decoder_model_merged.onnx"


class Bar:
    """Counts instead of showing."""

    made: ClassVar[list["Bar"]] = []

    def __init__(self, *, total, initial, desc, **_):
        self.total, self.at, self.desc, self.closed = total, initial, desc, False
        self.made.append(self)

    def update(self, n):
        self.at += n

    def close(self):
        self.closed = True


@pytest.fixture(autouse=True)
def bars():
    Bar.made.clear()
    return Bar.made


@pytest.fixture
def server():
    with FakeHub(TOY).running() as running:
        yield running


def pull(server, folder, name=NAME, **options):
    return hub.pull(name, folder, Bar, endpoint=server.url, **options)


def test_a_model_is_pulled_recorded_and_answers(server, tmp_path):
    target = pull(server, tmp_path)
    assert target == tmp_path / NAME
    manifest = json.loads((target / MANIFEST).read_text())
    assert (manifest["name"], manifest["commit"]) == (NAME, COMMIT)
    assert manifest["repository"] == "HuggingFaceTB/SmolVLM-256M-Instruct"
    assert set(manifest["files"]) == {path for path, _ in server.fetched}
    for path in manifest["files"]:
        assert (target / path).read_bytes() == (TOY / path).read_bytes()
    model = hub.load(NAME, tmp_path, device="cpu", threads=1)
    assert model.name == NAME
    assert "".join(model.reply(Prompt(SYSTEM, QUESTION, (Shot(picture()),), max_tokens=8)))


@pytest.mark.parametrize(("name", "suffix"), [(NAME, ""), (f"{NAME}-q4", "_q4")])
def test_only_the_files_of_the_variant_are_fetched(server, tmp_path, name, suffix):
    pull(server, tmp_path, name)
    graphs = {f"onnx/{each}{suffix}.onnx" for each in GRAPHS}
    assert {path for path, _ in server.fetched} == graphs | set(FILES)
    assert hub.installed(tmp_path) == (name,)
    assert hub.load(name, tmp_path, device="cpu").name == name


def test_weights_beside_a_graph_are_fetched_with_it(server, tmp_path):
    server.files[f"{DECODER}_data"] = b"weights" * 9
    pull(server, tmp_path)
    assert (tmp_path / NAME / f"{DECODER}_data").read_bytes() == b"weights" * 9


def test_all_files_come_from_the_commit_that_the_revision_stood_for(server, tmp_path):
    pull(server, tmp_path)
    assert server.revisions[0] == "main"
    pull(server, tmp_path, revision=COMMIT)
    assert server.revisions[-1] == COMMIT
    with pytest.raises(WeightsMissing, match="could not be fetched"):
        pull(server, tmp_path, revision="v9")


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    pull(server, tmp_path)
    server.fetched.clear()
    pull(server, tmp_path)
    assert server.fetched == []


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(server, tmp_path, bars):
    server.cut_at[DECODER] = 50_000
    with pytest.raises(WeightsMissing, match=f"openeyes models pull {NAME}.*what has come in"):
        pull(server, tmp_path)
    assert hub.installed(tmp_path) == ()
    assert not (tmp_path / NAME / DECODER).exists()
    server.down = False
    before = len(server.fetched)
    target = pull(server, tmp_path)
    assert server.fetched[before:] == [(DECODER, 50_000)]
    assert (target / DECODER).read_bytes() == (TOY / DECODER).read_bytes()
    assert hub.installed(tmp_path) == (NAME,)
    assert bars[-1].at == bars[-1].total == len(server.files[DECODER])
    assert all(each.closed for each in bars)


def test_a_connection_that_breaks_is_taken_up_again_at_once(server, tmp_path):
    server.cut_at[DECODER] = 50_000
    server.stays_up = True
    pull(server, tmp_path)
    assert server.fetched[-2:] == [(DECODER, 0), (DECODER, 50_000)]
    assert hub.installed(tmp_path) == (NAME,)


def test_a_hub_that_cannot_go_on_is_asked_for_all_of_it(server, tmp_path, bars):
    server.cut_at[DECODER] = 50_000
    server.stays_up, server.knows_ranges = True, False
    target = pull(server, tmp_path)
    assert (target / DECODER).read_bytes() == (TOY / DECODER).read_bytes()
    assert bars[-1].at == bars[-1].total


@pytest.mark.parametrize("path", [DECODER, "config.json"])
def test_a_file_that_came_in_damaged_is_refused_and_deleted(server, tmp_path, path):
    right = server.files[path]
    server.tampered[path] = right[:-9] + bytes(9)
    with pytest.raises(WeightsCorrupt, match="other than the hub describes it, and was deleted"):
        pull(server, tmp_path)
    assert not (tmp_path / NAME / path).exists()
    assert hub.installed(tmp_path) == ()
    server.tampered.clear()
    assert (pull(server, tmp_path) / path).read_bytes() == right


def test_no_login_is_sent_to_the_hub(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(server, tmp_path)
    assert server.fetched
    assert server.tokens == []


def test_without_the_hub_the_message_says_how_to_go_on(server, tmp_path):
    server.down = True
    with pytest.raises(WeightsMissing, match=r"could not be fetched .*pull .*`grounded`"):
        pull(server, tmp_path)


def test_a_repository_without_the_variant_says_what_is_missing(server, tmp_path):
    del server.files["onnx/embed_tokens_fp16.onnx"]
    with pytest.raises(WeightsMissing, match=r"has no onnx/embed_tokens_fp16\.onnx"):
        pull(server, tmp_path, f"{NAME}-fp16")


def test_unknown_names_list_the_known_ones(server, tmp_path):
    for call in (lambda: pull(server, tmp_path, "smolvlm"), lambda: hub.load("x", tmp_path)):
        with pytest.raises(UnknownModel, match=r"smolvlm-256m, smolvlm-256m-fp16, .*500m-q4"):
            call()


def test_what_was_never_pulled_is_missing(tmp_path):
    assert hub.installed(tmp_path / "nowhere") == ()
    with pytest.raises(WeightsMissing, match=r"openeyes models pull smolvlm-256m.*`grounded`"):
        hub.load(NAME, tmp_path)


@pytest.fixture
def pulled(server, tmp_path):
    return pull(server, tmp_path)


def test_a_changed_file_is_found_at_the_next_load(pulled):
    path = pulled / DECODER
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(WeightsCorrupt, match="not the file that was pulled: run"):
        hub.load(NAME, pulled.parent)


def test_a_missing_file_is_found_at_once(pulled):
    (pulled / DECODER).unlink()
    assert hub.installed(pulled.parent) == ()
    with pytest.raises(WeightsMissing, match="openeyes models pull"):
        hub.load(NAME, pulled.parent)


def test_pulling_again_mends_what_is_damaged(server, pulled):
    (pulled / DECODER).write_bytes(b"nonsense")
    server.fetched.clear()
    pull(server, pulled.parent)
    assert server.fetched == [(DECODER, 0)]
    assert hub.load(NAME, pulled.parent).name == NAME


def test_a_model_that_is_being_renewed_is_not_whole(server, pulled):
    server.files[DECODER] = server.files[DECODER] + b"newer"
    server.cut_at[DECODER] = 50_000
    with pytest.raises(WeightsMissing):
        pull(server, pulled.parent)
    assert hub.installed(pulled.parent) == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense"])
def test_a_damaged_manifest_is_refused(pulled, content):
    (pulled / MANIFEST).write_bytes(content)
    assert hub.installed(pulled.parent) == ()
    with pytest.raises(WeightsCorrupt, match=f"is damaged .*openeyes models pull {NAME}"):
        hub.load(NAME, pulled.parent)


def test_the_packages_that_are_missing_are_named(tmp_path, monkeypatch):
    def refuse(module):
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(hub, "import_module", refuse)
    with pytest.raises(ModelError, match=r"huggingface_hub: pip install 'openeyes\[smolvlm\]'"):
        hub.pull(NAME, tmp_path)
