"""One file, over connections that keep breaking."""

import httpx
import pytest

from models.zoo.download import ATTEMPTS, fetch
from tests.models.zoo.test_pulling import Bar

URL = "http://host.test/model.onnx"
SIZE = 1000


def client(step):
    """Of a server that sends ``step`` bytes at a time."""

    def answer(request):
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        content = bytes(range(256)) * 4
        headers = {"Content-Range": f"bytes {start}-{SIZE - 1}/{SIZE}"}
        return httpx.Response(206, headers=headers, content=content[start:SIZE][:step])

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_as_many_attempts_as_it_takes(tmp_path):
    fetch(client(SIZE // ATTEMPTS + 1), URL, tmp_path / "part", SIZE, Bar)
    assert (tmp_path / "part").read_bytes() == (bytes(range(256)) * 4)[:SIZE]


def test_attempts_are_bounded_and_what_came_in_is_kept(tmp_path):
    with pytest.raises(httpx.ReadError, match=f"{ATTEMPTS * 10} of {SIZE} bytes have come in"):
        fetch(client(10), URL, tmp_path / "part", SIZE, Bar)
    assert (tmp_path / "part").stat().st_size == ATTEMPTS * 10
    fetch(client(SIZE), URL, tmp_path / "part", SIZE, Bar)
    assert (tmp_path / "part").read_bytes() == (bytes(range(256)) * 4)[:SIZE]
