"""``openeyes models`` as people and scripts use it: its words and exit codes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import models.zoo
from models.zoo import catalogue, exporting
from models.zoo.making import Made
from streaming import app_models
from streaming.cli import main
from streaming.models_shown import facts, table
from tests.models.zoo.entries import ALL, ASSET, GRAPH, HUB_FILES, RELEASE_FILES, write_catalogue
from tests.models.zoo.fake_host import FakeHost

OURS = Path(models.zoo.__file__).with_name("catalogue.toml")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("OPENEYES_HOME", str(tmp_path))
    monkeypatch.setattr(catalogue, "SHIPPED", write_catalogue(tmp_path / "toys.toml", *ALL))
    return tmp_path


@pytest.fixture
def server(monkeypatch):
    with FakeHost(HUB_FILES | RELEASE_FILES).running() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("OPENEYES_RELEASES_MIRROR", running.url)
        yield running


@pytest.fixture
def say(capsys):
    """Runs a command; gives its exit code, its words, and its complaint."""

    def run(*arguments):
        code = main(["models", *arguments])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err.strip()

    return run


def test_the_list_says_what_is_here(server, say):
    assert say("pull", "detr-nano")[0] == 0
    code, lines, _ = say("list")
    assert code == 0
    assert lines[0].split() == ["NAME", "LICENCE", "AP", "MB"]
    ends = {
        line.split()[0]: line.split("  ")[-1].strip() for line in lines if line.startswith("  ")
    }
    assert ends["detr-nano"] == "here"
    assert ends["yolo-nano"] == "not pulled"
    assert ends["nanodet-g-416"] == "comes with openeyes"
    assert ends["made-here"] == "made by export"


def test_the_list_of_one_task(say):
    _, lines, _ = say("list", "--task", "language")
    assert [line for line in lines[1:] if not line.startswith("  ")] == ["language"]
    assert all(line.startswith("  smolvlm") for line in lines[2:])


def test_no_other_task_is_taken(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["models", "list", "--task", "cooking"])
    assert stopped.value.code == 2
    assert "open-vocabulary" in capsys.readouterr().err


def test_the_list_for_programs(say):
    _, lines, _ = say("list", "--json")
    found = {each["name"]: each for each in map(json.loads, lines)}
    assert list(found) == [each.name for each in ALL]
    assert found["yolo-agpl"]["state"] == "not pulled"
    assert found["yolo-agpl"]["concern"].startswith("copyleft")
    assert found["detr-nano"]["files"] == [GRAPH, "config.json"]


def test_what_ships_fits_a_terminal(monkeypatch):
    monkeypatch.setattr(catalogue, "SHIPPED", OURS)
    cards = app_models.model_cards()
    assert max(map(len, table(cards))) <= 80
    for card in cards:
        lines = "\n".join(facts(card)).splitlines()
        assert all(len(line) <= 80 or " " not in line[14:] for line in lines), card.entry.name


def test_all_that_is_known_of_one(server, say, home):
    _, lines, _ = say("info", "yolo-agpl")
    assert lines[0] == "name          yolo-agpl"
    assert lines[1].startswith("licence       AGPL-3.0-only (copyleft, also")
    assert lines[-2:] == [
        "first         openeyes models pull yolo-agpl --accept-licence",
        "then          openeyes serve --detector yolo-agpl",
    ]
    say("pull", "smolvlm-256m")
    say("pull", "detr-nano")
    _, lines, _ = say("info", "detr-nano")
    assert f"folder        {home / 'models' / 'detr-nano'}" in lines
    assert lines[-1] == "use           openeyes serve --detector detr-nano"
    assert say("info", "smolvlm-500m")[1][-1] == "then          openeyes serve --vlm smolvlm-500m"
    assert say("info", "made-here")[1][-2] == "first         openeyes models export made-here"


@pytest.mark.parametrize("command", ["info", "pull", "verify"])
def test_a_name_that_nobody_knows(say, command):
    code, _, complaint = say(command, "yolo-nanno")
    assert code == 2
    assert complaint.startswith("openeyes: no model is called 'yolo-nanno'; did you mean yolo-nano")


def test_a_pull_shows_the_licence_first_and_ends_with_the_use(server, say, home):
    code, lines, _ = say("pull", "detr-nano")
    assert code == 0
    assert lines == [
        "licence       Apache-2.0",
        "page          https://example.org/detr",
        f"detr-nano is whole in {home / 'models' / 'detr-nano'}",
        "use           openeyes serve --detector detr-nano",
    ]


def test_a_licence_has_to_be_accepted(server, say):
    code, lines, complaint = say("pull", "yolo-agpl")
    assert code == 2
    assert lines[0].startswith("licence       AGPL-3.0-only")
    assert complaint.endswith("say so with --accept-licence")
    assert server.requests == 0
    assert say("pull", "yolo-agpl", "--accept-licence")[0] == 0


def test_trust_on_first_use_is_said_plainly(server, say):
    _, lines, _ = say("pull", "yolo-unknown")
    (said,) = (line for line in lines if line.startswith(f"Nobody has published what {ASSET}"))
    assert "trusted from now on: sha256 " in said


def test_what_comes_with_openeyes_needs_no_pull(server, say):
    code, lines, _ = say("pull", "nanodet-g-416")
    assert (code, lines[-1]) == (0, "nanodet-g-416 comes with openeyes: there is nothing to pull")


def test_a_pull_without_a_network_is_one_line_and_exit_code_2(server, say):
    server.down = True
    code, _, complaint = say("pull", "detr-nano")
    assert code == 2
    assert complaint.startswith("openeyes: detr-nano could not be fetched (")
    assert "\n" not in complaint


def test_offline_only_what_is_here_is_told(server, say):
    code, _, complaint = say("pull", "detr-nano", "--offline")
    assert code == 2
    assert "is not here, and nobody was asked for it because of --offline" in complaint
    say("pull", "detr-nano")
    server.down = True
    assert say("pull", "detr-nano", "--offline")[0] == 0


def test_verifying_reads_all_and_fails_if_one_is_bad(server, say, home):
    assert say("verify") == (0, ["no model was pulled: nothing to verify"], "")
    say("pull", "detr-nano")
    say("pull", "yolo-nano")
    assert say("verify") == (0, ["detr-nano: as recorded", "yolo-nano: as recorded"], "")
    (home / "models" / "yolo-nano" / ASSET).write_bytes(b"nonsense")
    code, lines, _ = say("verify")
    assert (code, lines[0]) == (1, "detr-nano: as recorded")
    assert lines[1].startswith("yolo-nano: ")
    assert lines[1].endswith("run `openeyes models pull yolo-nano`")
    assert say("verify", "detr-nano")[0] == 0
    assert say("verify", "made-here")[0] == 1


def test_removing_says_what_is_free_again(server, say, home):
    say("pull", "detr-nano")
    assert say("remove", "detr-nano") == (0, ["detr-nano is deleted; 0.1 MB are free again"], "")
    assert not (home / "models" / "detr-nano").exists()
    code, _, complaint = say("remove", "../models")
    assert code == 2
    assert complaint.startswith("openeyes: no model '../models' is in ")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_pull_that_is_interrupted_says_that_it_can_go_on(server, home):
    server.pause_at[GRAPH] = 50_000
    start = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from pathlib import Path; from models.zoo import catalogue; "
        "from streaming.cli import main; catalogue.SHIPPED = Path(sys.argv[1]); "
        "sys.exit(main(['models', 'pull', 'detr-nano']))"
    )
    pulling = subprocess.Popen(
        [sys.executable, "-c", start, str(home / "toys.toml")],
        cwd=Path(__file__).parents[2],
        env=os.environ.copy(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.paused.wait(60)
    pulling.send_signal(signal.SIGINT)
    _, complaint = pulling.communicate(timeout=60)
    assert (pulling.returncode, complaint.strip()) == (
        130,
        "stopped; what has come in is kept, the next pull goes on there",
    )
    server.go_on.set()
    assert main(["models", "pull", "detr-nano"]) == 0


def test_an_export_says_what_it_was_made_of_and_that_nobody_vouches_for_it(say, home, monkeypatch):
    def export(entry, target, source):
        (target / "model.onnx").write_bytes(b"a graph")
        return Made(target / "model.onnx", "maker 1.0", {"mine.pt": "ab" * 32}, "c0ffee")

    module = ModuleType("scripted_exporter")
    module.export, module.attempt = export, lambda *_: None
    monkeypatch.setitem(sys.modules, "scripted_exporter", module)
    monkeypatch.setitem(exporting.EXPORTERS, "detr", "scripted_exporter")
    code, lines, _ = say("export", "made-here")
    assert code == 0
    said = " ".join(" ".join(lines).split())
    assert "licence Apache-2.0" in said
    assert "made by maker 1.0 at c0ffee" in said
    assert f"of mine.pt, sha256 {'ab' * 32}" in said
    digest = hashlib.sha256(b"a graph").hexdigest()
    assert "Nobody has published what model.onnx has to be" in said
    assert f"sha256 {digest}" in said
    assert say("verify", "made-here")[:2] == (0, ["made-here: as recorded"])
    (home / "models" / "made-here" / "model.onnx").write_bytes(b"another")
    code, lines, _ = say("verify", "made-here")
    assert code == 1
    assert "is not the file that was recorded" in lines[0]


def test_an_export_onto_what_is_in_the_way_is_told_and_leaves_no_trace(say, home, monkeypatch):
    monkeypatch.setitem(exporting.EXPORTERS, "detr", "json")  # it does not come so far
    (home / "models").mkdir()
    (home / "models" / "made-here").touch()
    code, _, complaint = say("export", "made-here")
    assert code == 2
    assert "is a file, and the model's folder has to be there" in complaint
    assert "Traceback" not in complaint
