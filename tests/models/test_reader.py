"""The real reader, on real lettering."""

import os
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import reader, reader_rapid
from models.reader_rapid import printable
from vision.errors import ConfigError, ModelError, UnknownModel, WeightsMissing
from vision.lettering import board, write
from vision.picture import Picture
from vision.reading_order import as_page
from vision.textbook import quad_box

ROOT = Path(__file__).parents[2]
GREY = (205, 205, 205)


@pytest.fixture(scope="module")
def rapid():
    return reader.create()


def paper(width=640, height=480):
    return np.full((height, width, 3), GREY, np.uint8)


def page(*lines, at=(60, 90), size=32, step=70, on=None):
    image = paper() if on is None else on
    for number, line in enumerate(lines):
        write(image, line, (at[0], at[1] + step * number), size)
    return image


def turned(image, degrees):
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], borderValue=GREY)


def hung(sign, x=200, y=160):
    """A sign on a wall, in the middle of the picture."""
    image = paper()
    image[y : y + sign.shape[0], x : x + sign.shape[1]] = sign
    return image


def read(reads, image):
    return reads.read(Picture.from_bgr(image))


def texts(blocks):
    return {block.text for block in blocks}


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (480, 640)])
def test_it_reads_english_and_chinese(rapid, size):
    lines = ("Mind the gap", "小心地滑", "Gate 24 出口", "Coffee 3.50")
    blocks = read(rapid, page(*lines, on=paper(*size)))
    assert texts(blocks) == set(lines)
    assert all(0.8 < block.score <= 1 for block in blocks)


def test_it_tells_where_a_line_is(rapid):
    image = paper()
    left, top, width, height = write(image, "Platform nine", (120, 200), 40)
    (block,) = read(rapid, image)
    found = np.multiply(quad_box(block.quad), (640, 480, 640, 480))
    np.testing.assert_allclose(found, (left, top, width, height), atol=20)


def test_small_print_is_read(rapid):
    blocks = read(rapid, page("the small print is legible", size=13))
    assert texts(blocks) == {"the small print is legible"}


def test_a_small_crop_is_enlarged(rapid):
    image = page("Gate 12", at=(8, 22), size=18, on=paper(120, 30))
    assert texts(read(rapid, image)) == {"Gate 12"}


def test_a_picture_larger_than_is_read_is_scaled_down(rapid):
    image = page("Harbour ferry", at=(400, 900), size=150, on=paper(3840, 2160))
    (block,) = read(rapid, image)
    assert block.text == "Harbour ferry"
    left, top, width, height = quad_box(block.quad)
    assert left == pytest.approx(400 / 3840, abs=0.02)
    assert top < 900 / 2160 < top + height
    assert 0.1 < width < 0.4


def test_two_columns_are_read_one_after_the_other(rapid):
    left = ("The ferry leaves", "the old harbour", "at noon today.")
    right = ("Tickets are sold", "on board only;", "children ride free.")
    image = page(*left, at=(30, 120), size=26, step=42)
    page(*right, at=(350, 120), size=26, step=42, on=image)
    assert as_page(read(rapid, image)) == f"{' '.join(left)}\n\n{' '.join(right)}"


@pytest.mark.parametrize("degrees", [-30, -12, 8, 25])
def test_a_sign_that_hangs_askew_is_read(rapid, degrees):
    blocks = read(rapid, turned(hung(board(("Push the bar", "to open"), 34)), degrees))
    assert as_page(blocks) == "Push the bar to open"


@pytest.mark.parametrize(
    ("degrees", "first"), [(90, "low left"), (180, "low right"), (270, "top right")]
)
def test_the_first_corner_is_the_reader_s_top_left(rapid, degrees, first):
    (block,) = read(rapid, turned(hung(board(("Emergency exit",), 34), 170, 190), degrees))
    assert block.text == "Emergency exit"
    xs, ys = np.array(block.quad).T
    right, low = xs[0] > xs.mean(), ys[0] > ys.mean()
    assert f"{'low' if low else 'top'} {'right' if right else 'left'}" == first
    assert np.linalg.det(np.diff(block.quad, axis=0)[:2]) > 0, "clockwise"


def test_a_blurred_sign_is_read(rapid):
    image = cv2.GaussianBlur(page("Departures", size=44), (0, 0), 3)
    assert texts(read(rapid, image)) == {"Departures"}


def noise():
    return np.random.default_rng(0).integers(0, 256, (480, 640, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((480, 640, 3), np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
        noise(),
        cv2.imread(str(ROOT / "tests/data/coffee.jpg")),
        np.zeros((2, 2, 3), np.uint8),
        np.full((2, 640, 3), 90, np.uint8),
        np.full((480, 8, 3), 90, np.uint8),
    ],
    ids=["black", "white", "noise", "coffee", "tiny", "flat", "narrow"],
)
def test_where_there_is_no_text_none_is_read(rapid, image):
    assert read(rapid, image) == ()


def test_of_too_many_lines_the_tallest_are_read(rapid, monkeypatch):
    monkeypatch.setattr(reader_rapid, "MOST_LINES", 2)
    image = page("tiny line", size=16)
    page("Great Hall", at=(60, 200), size=60, on=image)
    page("Second floor", at=(60, 320), size=40, on=image)
    assert texts(read(rapid, image)) == {"Great Hall", "Second floor"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  two \t words\n", "two words"),
        ("a\u202eb\u200bc\x07d\ud800e", "abcde"),
        ("\u3000出口\u3000", "出口"),
        ("x" * 5000, "x" * reader_rapid.MOST_CHARACTERS),
        ("\u200b\u200e", ""),
    ],
)
def test_only_what_can_be_seen_is_kept(text, seen):
    assert printable(text) == seen


def test_it_goes_by_its_name(rapid):
    assert rapid.name == reader.DEFAULT == "rapidocr-ppocrv6-small"
    assert reader.DEFAULT in reader.names()


def test_an_unknown_reader_is_refused_with_the_names_of_the_known():
    with pytest.raises(UnknownModel, match=reader.DEFAULT):
        reader.create("tesseract")


def test_no_thread_is_too_few():
    with pytest.raises(ConfigError, match="at least one thread"):
        reader.create(threads=0)


def test_readers_of_other_packages_are_found(monkeypatch):
    other = EntryPoint("other", "models.scripted_reader:ScriptedReader", reader.GROUP)
    monkeypatch.setattr(reader, "entry_points", lambda **_: (other,))
    assert reader.names() == ("other", reader.DEFAULT)


def test_without_rapidocr_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(reader_rapid, "find_spec", lambda _: None)
    with pytest.raises(WeightsMissing, match="pip install rapidocr"):
        reader.create()


def test_weights_that_are_not_there_are_named(monkeypatch, tmp_path):
    class Spec:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(reader_rapid, "find_spec", lambda _: Spec)
    with pytest.raises(WeightsMissing, match=r"PP-OCRv6_det_small\.onnx"):
        reader.create()


def test_weights_that_are_damaged_cannot_be_loaded(monkeypatch, tmp_path):
    paths = {}
    for step, file in reader_rapid._WEIGHTS.items():
        paths[step] = str(tmp_path / file)
        (tmp_path / file).write_bytes(b"not a network")
    monkeypatch.setattr(reader_rapid, "_weights", lambda: paths)
    with pytest.raises(ModelError, match="cannot be loaded"):
        reader.create()


WATCHED = """
    import logging, sys

    harm = []

    def watch(event, args):
        if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
            harm.append((event, args))
        if event in ("socket.connect", "socket.getaddrinfo", "os.mkdir", "subprocess.Popen"):
            harm.append((event, args))

    before = list(logging.getLogger().handlers)
    from models import reader
    assert "rapidocr" not in sys.modules, "imported before it is asked for"
    import numpy as np
    from vision.lettering import board
    from vision.picture import Picture
    sys.addaudithook(watch)
    rapid = reader.create()
    (block,) = rapid.read(Picture.from_bgr(board(("Quiet please",), 30)))
    assert block.text == "Quiet please", block
    assert not harm, harm
    assert logging.getLogger().handlers == before
    assert not logging.getLogger("RapidOCR").handlers
"""


def test_it_downloads_nothing_writes_nothing_and_says_nothing():
    run = subprocess.run(
        [sys.executable, "-B", "-c", textwrap.dedent(WATCHED)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
