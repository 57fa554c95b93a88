"""The page's files, over real HTTP."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from streaming.page_files import MOST_BYTES, MOST_FILES, PageFiles, lean
from streaming.problems import HTTPProblem
from web import ROOT

Maker = Callable[..., Any]
SCRIPTS = sorted(ROOT.rglob("*.js"))
SHELL = ("index.html", "style.css")
FIRST = ("js/main.js", "js/english.js")
"""Scripts that a visit begins with; the words of one language are loaded, whichever it is."""
MOST_AT_FIRST = 150_000
STATIC_IMPORT = re.compile(r"^(?:import|export)\b[^;]*?from \"(\.[^\"]+)\"", re.MULTILINE)


def sent(path: Path) -> str:
    """A file as it is sent."""
    return lean(path.read_text(), path.suffix)


def loaded(entries: list[Path]) -> set[Path]:
    """What these scripts load before they run, they themselves included."""
    found: set[Path] = set()
    while entries:
        script = entries.pop().resolve()
        if script not in found:
            found.add(script)
            entries += [script.parent / name for name in STATIC_IMPORT.findall(script.read_text())]
    return found


def test_what_a_visit_loads_at_first_is_light() -> None:
    files = {ROOT / name for name in SHELL} | loaded([ROOT / name for name in FIRST])
    assert len(files) > 30, "the imports were followed"
    weight = sum(len(sent(path).encode()) for path in files)
    assert weight <= MOST_AT_FIRST, f"{weight} bytes are loaded at first"


def test_comments_are_left_out_and_every_line_stays_where_it_is() -> None:
    script = '/** Says\n * what. */\nconst a = "/** no */";\n  // Why.\n  b = 1; // c\n'
    assert lean(script, ".js") == '\n\nconst a = "/** no */";\n\nb = 1; // c\n'
    assert lean("<p>\n  // words\n</p>", ".html") == "<p>\n// words\n</p>"


def test_no_script_has_a_literal_of_several_lines() -> None:
    """Their indentation would be lost, which matters to all but style sheets (``look.js``)."""
    for script in (each for each in SCRIPTS if each.name != "look.js"):
        lines = lean(script.read_text(), ".js").splitlines()
        odd = [line for line in lines if line.replace("\\`", "").count("`") % 2]
        assert odd == [], script.name


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to parse")
def test_every_script_still_parses(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type":"module"}')
    for number, script in enumerate(SCRIPTS):
        (tmp_path / f"{number}.js").write_text(sent(script))
    names = [str(path) for path in sorted(tmp_path.glob("*.js"))]
    for name in names:
        subprocess.run(["node", "--check", name], check=True, timeout=30)


async def test_files_come_packed_and_are_not_sent_twice(serving: Maker) -> None:
    async with serving() as running:
        get = running.http.get
        plain = await get("/web/js/main.js", headers={"Accept-Encoding": "identity"})
        packed = await get("/web/js/main.js", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.text == plain.text == sent(ROOT / "js" / "main.js")
        assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))
        again = await get("/web/js/main.js", headers={"If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert plain.headers["content-type"] == "text/javascript; charset=utf-8"


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


async def test_a_file_that_changed_is_sent_anew(tmp_path: Path) -> None:
    files = PageFiles(tmp_path)
    (tmp_path / "index.html").write_text("one")
    first = await files.answer("index.html", request())
    (tmp_path / "index.html").write_text("another")
    second = await files.answer("index.html", request(if_none_match=first.headers["etag"]))
    assert (first.body, second.body) == (b"one", b"another")


async def test_many_names_of_one_file_leave_room_for_the_others(tmp_path: Path) -> None:
    files = PageFiles(tmp_path)
    (tmp_path / "a.js").write_text("one")
    for count in range(MOST_FILES + 1):
        assert (await files.answer("./" * count + "a.js", request())).body == b"one"
    assert len(files._ready) == 1


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "%00.js",
        "__init__.py",
        "package.json",
        "..%2fpyproject.toml",
        "%2e%2e/README.md",
        "js",
        "",
    ],
)
async def test_nothing_else_is_sent(serving: Maker, name: str) -> None:
    async with serving() as running:
        answer = await running.http.get(f"/web/{name}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_lies_outside_or_is_far_too_large_is_not_sent(tmp_path: Path) -> None:
    secret, root = tmp_path / "secret.css", tmp_path / "page"
    secret.write_text("secret")
    root.mkdir()
    (root / "link.css").symlink_to(secret)
    (root / "large.css").write_bytes(bytes(MOST_BYTES + 1))
    for name in ("link.css", "large.css", str(secret)):
        with pytest.raises(HTTPProblem, match="no such file"):
            await PageFiles(root).answer(name, request())
