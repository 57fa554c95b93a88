"""What a GitHub release says of its assets: how large they are, and nothing of what is in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx

from models.zoo.catalogue import Entry
from models.zoo.client import address
from models.zoo.download import PARTIAL, refuse_strange
from models.zoo.remote import Described, RemoteFile
from vision.errors import WeightsMissing

MIRROR = "OPENEYES_RELEASES_MIRROR"
PUBLIC = "https://github.com"


def describe(
    client: httpx.Client, entry: Entry, environ: Mapping[str, str], known: Mapping[str, str]
) -> Described:
    """The assets of a release.

    Args:
        client: to ask with.
        entry: of the model.
        environ: may name a mirror of the releases' pages.
        known: sha256 by name, of an earlier pull; the catalogue's go before.

    Raises:
        ConfigError: the environment names a mirror that is none.
        WeightsMissing: the server does not say how large they are.
        httpx.HTTPError: it cannot be asked, or does not have them.
    """
    base = address(environ, MIRROR, PUBLIC)
    files = []
    for asset in entry.files:
        place = f"{entry.repository}/releases/download/{quote(entry.revision)}/{quote(asset)}"
        size, tag = _asked(client, f"{base}/{place}")
        digest = entry.sha256.get(asset) or known.get(asset)
        version = digest or hashlib.sha256(f"{size} {tag}".encode()).hexdigest()
        files.append(RemoteFile(asset, f"{base}/{place}", size, version[:12], digest))
    return Described(entry.revision, tuple(files))


def _asked(client: httpx.Client, url: str) -> tuple[int, str]:
    """Size and entity tag of a file.

    Asked with GET for its first byte: addresses that were signed for GET refuse HEAD.
    """
    headers = {"Range": "bytes=0-0", "Accept-Encoding": "identity"}
    with client.stream("GET", url, headers=headers) as response:
        response.raise_for_status()
        refuse_strange(response, url)
        whole = response.headers.get("Content-Length", "")
        if response.status_code == PARTIAL:
            whole = response.headers.get("Content-Range", "").rpartition("/")[2]
        if not re.fullmatch(r"\d+", whole):
            raise WeightsMissing(
                f"{response.url.host} does not say how large {url} is, so it could not be known "
                f"when it is whole; {MIRROR} names another server"
            )
        return int(whole), response.headers.get("ETag", "")
