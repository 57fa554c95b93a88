"""Pulling models from a server that speaks as the hub and as GitHub's releases do."""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import httpx
import msgspec
import pytest

from models.zoo import client, store
from models.zoo.pulling import pull
from models.zoo.store import RECORD
from tests.models.zoo.entries import (
    ASSET,
    CONTENT,
    COPYLEFT,
    EXPORTED,
    GRAPH,
    HUB,
    HUB_FILES,
    PINNED,
    RELEASE,
    RELEASE_FILES,
    UNCONFIRMED,
)
from tests.models.zoo.fake_host import COMMIT, TAG, Answer, FakeHost, proxy_to
from vision.errors import ConfigError, ModelError, WeightsCorrupt, WeightsMissing

BOTH = pytest.mark.parametrize(("entry", "path"), [(HUB, GRAPH), (RELEASE, ASSET)])
CUT = 50_000


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


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE", "OPENEYES_RELEASES_MIRROR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    with FakeHost(HUB_FILES | RELEASE_FILES).running() as running:
        yield running


def get(server, folder, entry=HUB, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", server.url + "/")
        patch.setenv("OPENEYES_RELEASES_MIRROR", server.url)
        return pull(entry, folder, Bar, **options)


def parts(folder):
    return [each.name for each in folder.rglob("*.part")]


def test_a_model_of_the_hub_is_pulled_and_recorded(server, tmp_path):
    pulled = get(server, tmp_path)
    assert pulled.folder == tmp_path / "detr-nano"
    recorded = json.loads((pulled.folder / RECORD).read_text())
    assert (recorded["name"], recorded["commit"]) == ("detr-nano", COMMIT)
    assert (recorded["repository"], recorded["licence"]) == ("someone/detr-nano", "Apache-2.0")
    assert recorded["unconfirmed"] == []
    assert list(recorded["files"]) == [GRAPH, "config.json"]
    for path, digest in recorded["files"].items():
        assert (pulled.folder / path).read_bytes() == HUB_FILES[path]
        assert hashlib.sha256(HUB_FILES[path]).hexdigest() == digest
    assert {path for path, _ in server.fetched} == set(recorded["files"])


def test_assets_of_a_release_are_pulled_and_recorded(server, tmp_path):
    pulled = get(server, tmp_path, RELEASE)
    assert pulled.record.commit == TAG
    assert (pulled.folder / ASSET).read_bytes() == CONTENT
    assert pulled.record.unconfirmed == ("labels.txt",)
    assert server.fetched == [(ASSET, 0), ("labels.txt", 0)]


def test_weights_beside_a_graph_are_fetched_with_it(server, tmp_path):
    server.files |= {f"{GRAPH}_data": b"weights" * 9, f"{GRAPH}.data": b"more"}
    server.files["../../outside.onnx"] = b"never"
    files = get(server, tmp_path).record.files
    assert set(files) == {GRAPH, "config.json", f"{GRAPH}_data", f"{GRAPH}.data"}
    assert (tmp_path / "detr-nano" / f"{GRAPH}_data").read_bytes() == b"weights" * 9


def test_a_path_of_the_hub_that_leads_outside_is_not_fetched(server, tmp_path):
    server.files[f"{GRAPH}_data/../../../../outside"] = b"never"
    assert set(get(server, tmp_path).record.files) == {GRAPH, "config.json"}
    assert [each.name for each in tmp_path.iterdir()] == ["detr-nano"]


def test_all_files_come_from_the_commit_that_the_revision_stood_for(server, tmp_path):
    get(server, tmp_path)
    assert server.revisions == ["main"]
    get(server, tmp_path, PINNED)
    assert server.revisions == ["main", COMMIT]


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    get(server, tmp_path)
    server.fetched.clear()
    get(server, tmp_path)
    assert server.fetched == []


@pytest.mark.parametrize("entry", [PINNED, RELEASE, UNCONFIRMED])
def test_of_a_fixed_revision_nobody_is_asked_again(server, tmp_path, entry):
    first = get(server, tmp_path, entry)
    server.requests = 0
    assert get(server, tmp_path, entry) == first
    assert server.requests == 0


@BOTH
def test_a_download_that_was_cut_off_goes_on_where_it_stopped(server, tmp_path, bars, entry, path):
    server.cut_at[path] = CUT
    with pytest.raises(WeightsMissing, match=f"What has come in is kept.*pull {entry.name}"):
        get(server, tmp_path, entry)
    assert not store.is_whole(entry.name, tmp_path)
    assert not (tmp_path / entry.name / path).exists()
    server.down = False
    before = len(server.fetched)
    target = get(server, tmp_path, entry).folder
    assert server.fetched[before] == (path, CUT)
    assert (target / path).read_bytes() == CONTENT
    assert store.is_whole(entry.name, tmp_path)
    assert all(each.at == each.total and each.closed for each in bars[1:])
    assert parts(tmp_path) == []


def test_a_connection_that_breaks_is_taken_up_again_at_once(server, tmp_path):
    server.cut_at[GRAPH], server.stays_up = CUT, True
    get(server, tmp_path)
    assert server.fetched[:2] == [(GRAPH, 0), (GRAPH, CUT)]


@BOTH
def test_a_server_that_cannot_go_on_is_asked_for_all_of_it(server, tmp_path, bars, entry, path):
    server.cut_at[path] = CUT
    server.stays_up, server.knows_ranges = True, False
    assert (get(server, tmp_path, entry).folder / path).read_bytes() == CONTENT
    assert bars[0].at == bars[0].total == len(CONTENT)
    assert bars[0].desc == path.rpartition("/")[2]


def test_a_server_that_goes_on_elsewhere_is_not_believed(server, tmp_path):
    server.cut_at[GRAPH] = CUT
    server.stays_up, server.starts_elsewhere = True, True
    with pytest.raises(WeightsMissing, match=r"bytes from 50000 were asked for, and 'bytes 0-"):
        get(server, tmp_path)


def test_a_server_that_stands_still_is_left(server, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(0.3))
    server.pause_at[GRAPH] = CUT
    get(server, tmp_path)
    assert server.fetched[:2] == [(GRAPH, 0), (GRAPH, CUT)]


@pytest.mark.parametrize(("entry", "path"), [(HUB, GRAPH), (HUB, "config.json"), (RELEASE, ASSET)])
def test_a_file_that_came_in_damaged_is_refused_and_deleted(server, tmp_path, entry, path):
    server.tampered[path] = server.files[path][:-9] + bytes(9)
    with pytest.raises(WeightsCorrupt, match=f"{path} of .*other than it is described.*pull it ag"):
        get(server, tmp_path, entry)
    assert not (tmp_path / entry.name / path).exists()
    assert not [each for each in parts(tmp_path) if each.startswith(Path(path).name)]
    assert not store.is_whole(entry.name, tmp_path)
    server.tampered.clear()
    assert (get(server, tmp_path, entry).folder / path).read_bytes() == server.files[path]


def test_less_than_was_described_is_not_asked_for_for_ever(server, tmp_path):
    server.tampered[GRAPH] = CONTENT[:CUT]
    with pytest.raises(WeightsMissing, match="answered 416: it has less of the file than was"):
        get(server, tmp_path)
    assert parts(tmp_path) == []
    server.knows_ranges = False
    server.fetched.clear()
    with pytest.raises(WeightsMissing, match="50000 of 102400 bytes have come in, and no more"):
        get(server, tmp_path)
    assert server.fetched == [(GRAPH, 0)] * 2


def test_a_file_of_no_bytes_is_a_file(server, tmp_path):
    server.files["config.json"] = b""
    assert (get(server, tmp_path).folder / "config.json").read_bytes() == b""


def test_more_than_was_described_is_not_written(server, tmp_path):
    server.tampered[GRAPH] = CONTENT * 9
    with pytest.raises(WeightsCorrupt, match=f"more than {len(CONTENT)} bytes"):
        get(server, tmp_path)
    assert parts(tmp_path) == []


def test_the_hub_may_not_describe_another_file_than_the_catalogue(server, tmp_path):
    entry = msgspec.structs.replace(HUB, sha256={GRAPH: "0" * 64})
    with pytest.raises(WeightsCorrupt, match=r"another onnx/model.onnx now than the catalogue"):
        get(server, tmp_path, entry)
    assert server.fetched == []


def test_the_catalogue_speaks_for_small_files_too(server, tmp_path):
    entry = msgspec.structs.replace(HUB, sha256={"config.json": "0" * 64})
    with pytest.raises(WeightsCorrupt, match=r"config.json of detr-nano came in other"):
        get(server, tmp_path, entry)


def test_what_nobody_vouches_for_is_recorded_at_the_first_pull(server, tmp_path):
    pulled = get(server, tmp_path, UNCONFIRMED)
    assert pulled.record.unconfirmed == (ASSET, "labels.txt")
    (pulled.folder / ASSET).write_bytes(b"damaged")
    assert get(server, tmp_path, UNCONFIRMED).record == pulled.record
    assert (pulled.folder / ASSET).read_bytes() == CONTENT


def test_what_nobody_vouches_for_may_not_change_later(server, tmp_path):
    pulled = get(server, tmp_path, UNCONFIRMED)
    (pulled.folder / ASSET).unlink()
    server.files[ASSET] = CONTENT[:-1] + b"!"
    with pytest.raises(WeightsCorrupt, match=r"not what came in first.*models remove yolo-unknown"):
        get(server, tmp_path, UNCONFIRMED)
    assert store.recorded(UNCONFIRMED.name, tmp_path) == pulled.record


def test_the_rest_of_an_asset_that_was_replaced_is_not_put_to_the_old_beginning(server, tmp_path):
    server.cut_at[ASSET] = CUT
    with pytest.raises(WeightsMissing):
        get(server, tmp_path, UNCONFIRMED)
    server.down, server.files[ASSET] = False, CONTENT[::-1]
    folder = get(server, tmp_path, UNCONFIRMED).folder
    assert (folder / ASSET).read_bytes() == CONTENT[::-1]
    assert parts(tmp_path) == []


def test_a_model_that_cannot_be_renewed_stays_as_it_was(server, tmp_path):
    get(server, tmp_path)
    server.commit, server.files[GRAPH] = "f" * 40, CONTENT + b"newer"
    server.cut_at[GRAPH] = CUT
    with pytest.raises(WeightsMissing):
        get(server, tmp_path)
    assert store.verify(HUB.name, tmp_path).commit != "f" * 40
    server.down = False
    assert get(server, tmp_path).record.commit == "f" * 40


def test_pulling_again_mends_what_is_damaged(server, tmp_path):
    folder = get(server, tmp_path).folder
    (folder / GRAPH).write_bytes(b"nonsense")
    (folder / RECORD).write_bytes(b"nonsense")
    server.fetched.clear()
    get(server, tmp_path)
    assert server.fetched == [(GRAPH, 0)]
    store.verify(HUB.name, tmp_path)


def test_no_login_is_sent(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    get(server, tmp_path)
    assert server.fetched
    assert server.tokens == []


@pytest.mark.parametrize("path", ["info", GRAPH])
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "127.0.0.1 answered 401: it wants a login.*gated.*https://example.org/detr"),
        (403, "answered 403: it refuses"),
        (404, "answered 404: it has no such file any more"),
        (429, "answered 429: it had too many requests"),
        (503, "answered 503: something is wrong there"),
    ],
)
def test_what_a_server_answers_is_explained(server, tmp_path, path, status, words):
    server.answers[path] = Answer(status)
    with pytest.raises(WeightsMissing, match=words):
        get(server, tmp_path)


def test_a_release_without_the_asset_is_explained(server, tmp_path):
    del server.files[ASSET]
    with pytest.raises(WeightsMissing, match=r"answered 404.*see https://example.org/yolo"):
        get(server, tmp_path, RELEASE)


def test_redirects_in_a_circle_end(server, tmp_path):
    server.answers[ASSET] = Answer(302, {"Location": f"{server.url}/store/{ASSET}"})
    with pytest.raises(WeightsMissing, match=r"could not be fetched \(.*redirects"):
        get(server, tmp_path, RELEASE)


@pytest.mark.parametrize(("entry", "path"), [(HUB, "info"), (HUB, GRAPH), (RELEASE, ASSET)])
def test_a_sign_in_page_is_no_model(server, tmp_path, entry, path):
    server.answers[path] = Answer(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>" * 9)
    with pytest.raises(WeightsCorrupt, match=r"sent a web page in place of .*sign-in page"):
        get(server, tmp_path, entry)


def test_a_hub_that_is_none_is_explained(server, tmp_path):
    server.answers["info"] = Answer(200, {"Content-Type": "text/plain"}, b"hello there")
    with pytest.raises(WeightsMissing, match=r"does not answer as a hub.*HF_ENDPOINT"):
        get(server, tmp_path)


def test_a_hub_that_does_not_say_what_a_file_has_to_be_is_not_used(server, tmp_path):
    siblings = [{"rfilename": each} for each in HUB.files]
    body = json.dumps({"sha": COMMIT, "siblings": siblings}).encode()
    server.answers["info"] = Answer(200, {}, body)
    with pytest.raises(WeightsMissing, match=f"does not say what {GRAPH} has to be"):
        get(server, tmp_path)


def test_a_server_that_does_not_say_how_large_an_asset_is_is_not_used(server, tmp_path):
    server.answers[ASSET] = Answer(200, {"Content-Length": "", "Connection": "close"}, b"x")
    with pytest.raises(WeightsMissing, match=r"does not say how large .*OPENEYES_RELEASES_MIRROR"):
        get(server, tmp_path, RELEASE)


@pytest.mark.parametrize("entry", [HUB, RELEASE])
def test_a_way_without_encryption_is_not_gone(tmp_path, monkeypatch, entry):
    def answer(request):
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://elsewhere.test/x"})
        return httpx.Response(206, headers={"Content-Range": "bytes 0-0/9"}, content=b"x")

    made = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    monkeypatch.setattr("models.zoo.pulling.open_client", lambda: made)
    with pytest.raises(WeightsCorrupt, match=r"leads to elsewhere\.test without encryption"):
        pull(entry, tmp_path, Bar)


def test_without_a_network_the_message_says_how_to_go_on(server, tmp_path):
    server.down = True
    language = msgspec.structs.replace(HUB, name="smolvlm-256m", task="language")
    for entry in (HUB, RELEASE, language):
        with pytest.raises(WeightsMissing, match=rf"could not be fetched \(.*pull {entry.name}"):
            get(server, tmp_path, entry)


def test_a_host_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(WeightsMissing, match=r"could not be fetched \(127\.0\.0\.1: .*refused"):
        pull(HUB, tmp_path, Bar)


def test_a_repository_without_a_file_says_what_is_missing(server, tmp_path):
    del server.files[GRAPH]
    with pytest.raises(WeightsMissing, match=r"has no onnx/model\.onnx: detr-nano cannot be had"):
        get(server, tmp_path)


@pytest.mark.parametrize("variable", ["HF_ENDPOINT", "OPENEYES_RELEASES_MIRROR"])
@pytest.mark.parametrize("value", ["huggingface.co", "ftp://x", "http://", "http://[::1"])
def test_a_mirror_that_is_none_is_refused(tmp_path, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    entry = HUB if variable == "HF_ENDPOINT" else RELEASE
    with pytest.raises(ConfigError, match=f"{variable} is .*give an address such as https://"):
        pull(entry, tmp_path, Bar)


def test_the_proxy_of_the_environment_is_used(server, tmp_path, monkeypatch):
    asked = []
    with proxy_to(server.url, asked) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
        assert pull(PINNED, tmp_path, Bar).record.commit == COMMIT
    assert asked[0].startswith("http://hub.invalid/api/models/someone/detr-nano/revision/")
    assert any("/resolve/" in each for each in asked)


@pytest.mark.parametrize("proxy", ["ftp://proxy.test:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_explained(server, tmp_path, monkeypatch, proxy):
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigError, match=r"the proxy that the environment names.*correct HTTP_"):
        get(server, tmp_path)


def test_certificates_that_cannot_be_read_are_explained(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigError, match=r"certificates .* cannot be read.*SSL_CERT_FILE"):
        get(server, tmp_path)


@pytest.mark.parametrize("why", ["--offline", "HF_HUB_OFFLINE"])
def test_offline_nobody_is_contacted(server, tmp_path, monkeypatch, why):
    get(server, tmp_path, PINNED)
    server.requests = 0
    if why == "HF_HUB_OFFLINE":
        monkeypatch.setenv(why, "yes")
    options = {"offline": why == "--offline"}
    with pytest.raises(WeightsMissing, match=f"not here, and nobody was asked .* of {why}: pull"):
        get(server, tmp_path, **options)
    assert get(server, tmp_path, PINNED, **options).folder == tmp_path / PINNED.name
    (tmp_path / PINNED.name / GRAPH).write_bytes(b"nonsense")
    with pytest.raises(WeightsCorrupt, match="not the file that was recorded"):
        get(server, tmp_path, PINNED, **options)
    assert server.requests == 0


def test_forbidding_the_hub_forbids_no_releases(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    get(server, tmp_path, RELEASE)


def test_nothing_is_fetched_before_a_licence_is_accepted(server, tmp_path):
    with pytest.raises(ConfigError, match=r"AGPL-3\.0-only \(copyleft, also .*--accept-licence"):
        get(server, tmp_path, COPYLEFT)
    assert (server.requests, list(tmp_path.iterdir())) == (0, [])
    pulled = get(server, tmp_path, COPYLEFT, accept_licence=True)
    assert pulled.record.licence == "AGPL-3.0-only"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (EXPORTED, "made-here is published in a form that has to be converted here"),
        (msgspec.structs.replace(EXPORTED, name="nano", source="package"), "comes with openeyes"),
    ],
)
def test_what_is_not_published_cannot_be_pulled(server, tmp_path, entry, words):
    with pytest.raises(ModelError, match=words):
        get(server, tmp_path, entry)
    assert server.requests == 0


def test_a_disk_without_room_is_told_before_anything_is_fetched(server, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=17 << 20))
    get(server, tmp_path, PINNED)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=9_000_000))
    server.fetched.clear()
    with pytest.raises(ConfigError, match=r"needs 0 MB more in .*detr-nano, and 9 MB are free.*OP"):
        get(server, tmp_path)
    assert server.fetched == []
    get(server, tmp_path, PINNED)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_disk_that_becomes_full_is_explained_and_the_pull_goes_on_later(server, tmp_path):
    full = tmp_path / HUB.name / "onnx"
    full.mkdir(parents=True)
    part = full / f"model.onnx.{hashlib.sha256(CONTENT).hexdigest()[:12]}.part"
    part.symlink_to("/dev/full")
    with pytest.raises(ConfigError, match="the disk is full: detr-nano does not fit into") as told:
        get(server, tmp_path)
    assert told.value.__cause__.errno == errno.ENOSPC
    part.unlink()
    get(server, tmp_path)
    store.verify(HUB.name, tmp_path)


def test_a_folder_that_cannot_be_written_is_explained(server, tmp_path):
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ConfigError, match=r"cannot keep detr-nano in .*OPENEYES_HOME"):
        get(server, tmp_path / "models")


def test_of_two_pulls_at_once_one_is_told_to_wait(server, tmp_path):
    server.pause_at[GRAPH] = CUT
    first = threading.Thread(target=get, args=(server, tmp_path))
    first.start()
    try:
        assert server.paused.wait(20)
        with pytest.raises(ModelError, match="pulling, making or removing detr-nano"):
            get(server, tmp_path)
        get(server, tmp_path, RELEASE)
    finally:
        server.go_on.set()
        first.join()
    assert server.fetched.count((GRAPH, 0)) == 1
    store.verify(HUB.name, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["detr-nano", "yolo-nano"]


PULL = """
import signal
import sys
from pathlib import Path
from models.zoo import catalogue
from models.zoo.pulling import pull
from tests.models.zoo.entries import HUB
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests may run in the background
catalogue.SHIPPED = Path(sys.argv[2])
pull(HUB, Path(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_pull_that_was_stopped_goes_on_next_time(server, tmp_path, toy_catalogue, stop):
    server.pause_at[GRAPH] = CUT
    pulling = subprocess.Popen(
        [sys.executable, "-c", PULL, str(tmp_path), str(toy_catalogue)],
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"HF_ENDPOINT": server.url},
    )
    assert server.paused.wait(60)
    (part,) = _grown(tmp_path, CUT)
    pulling.send_signal(stop)
    assert pulling.wait(20) != 0
    server.go_on.set()
    assert part.exists()
    get(server, tmp_path)
    assert server.fetched[:2] == [(GRAPH, 0), (GRAPH, CUT)]
    store.verify(HUB.name, tmp_path)


def _grown(folder, size):
    """The parts in ``folder``, once one has this size."""
    for _ in range(1000):
        found = list(folder.rglob("*.part"))
        if found and found[0].stat().st_size >= size:
            return found
        threading.Event().wait(0.02)
    raise AssertionError("nothing came in")
