import threading

import numpy as np
import pytest

from vision.picture import Picture
from vision.sprites import BLACK, WHITE, caption, chip, lettering, paint


def ground(width=64, height=48, tone=100):
    return Picture(np.full((height * 3 // 2, width), tone, np.uint8))


def flat(width, height, cover=1.0):
    return np.full((height, width), cover, np.float32)


def test_an_opaque_layer_replaces_what_is_beneath():
    picture = ground()
    paint([(flat(8, 6), (200, 60, 190))]).lay(picture.planes, 10, 20)
    y, u, v = picture.planes
    assert (y[20:26, 10:18] == 200).all()
    assert (u[10:13, 5:9] == 60).all()
    assert (v[10:13, 5:9] == 190).all()
    assert (y == 200).sum() == 48
    assert (u == 60).sum() == (v == 190).sum() == 12


@pytest.mark.parametrize("cover", [0.25, 0.5, 0.9])
def test_a_thin_layer_mixes(cover):
    picture = ground()
    paint([(flat(8, 6, cover), (200, 60, 190))]).lay(picture.planes, 0, 0)
    for plane, tone in zip(picture.planes, (200, 60, 190), strict=True):
        assert plane[0, 0] == pytest.approx(100 + cover * (tone - 100), abs=1.01)


def test_an_upper_layer_covers_a_lower_one():
    sprite = paint([(flat(4, 4), (200, 60, 190)), (flat(4, 4, 0.5), BLACK)])
    assert sprite.added[0][0, 0] == 108
    assert sprite.kept[0][0, 0] == 0


@pytest.mark.parametrize(("left", "top"), [(-4, -4), (60, 44), (-4, 44), (60, -4)])
def test_what_hangs_over_an_edge_is_cut(left, top):
    picture = ground()
    paint([(flat(8, 8), (200, 60, 190))]).lay(picture.planes, left, top)
    y, u, v = picture.planes
    assert (y == 200).sum() == 16
    assert (u == 60).sum() == (v == 190).sum() == 4


@pytest.mark.parametrize(("left", "top"), [(-8, 0), (64, 0), (0, -8), (0, 48), (-500, 900)])
def test_what_is_off_the_picture_is_not_there(left, top):
    picture = ground()
    paint([(flat(8, 8), (200, 60, 190))]).lay(picture.planes, left, top)
    assert (picture.i420 == 100).all()


def test_flipping_turns_every_plane():
    cover = np.zeros((4, 4), np.float32)
    cover[:2, :2] = 1
    sprite = paint([(cover, (200, 60, 190))]).flipped(across=True, down=True)
    assert sprite.added[0][2:, 2:].tolist() == [[200, 200], [200, 200]]
    assert (sprite.added[1][1, 1], sprite.kept[2][1, 1]) == (60, 0)
    assert sprite.kept[2][0, 0] == 255


@pytest.mark.parametrize("pixels", [12, 17, 26, 39])
def test_letters_fit_and_are_smooth(pixels):
    cover = lettering("gjpqy Ål 83%", pixels)
    assert all(side % 2 == 0 for side in cover.shape)
    assert cover.max() == 1
    assert ((cover > 0.2) & (cover < 0.8)).any()
    for edge in (cover[0], cover[-1], cover[:, 0], cover[:, -1]):
        assert (edge == 0).all()


def test_digits_do_not_change_the_width():
    widths = {lettering(f"person {score}%", 17).shape for score in range(10, 100)}
    assert len(widths) == 1


def test_chinese_is_written_too():
    assert (lettering("人", 24) != lettering("杯", 24)).any()


def test_letters_contrast_with_their_chip():
    assert chip("cup", 17, (200, 60, 190)).added[0].min() < 60
    assert chip("cup", 17, (60, 200, 120)).added[0].max() == WHITE[0]


def test_a_chip_is_filled_and_a_caption_is_not():
    filled, bare = chip("cup", 17, (200, 60, 190)), caption("cup", 17, 1.0)
    assert filled.kept[0][12, 2] == 0
    assert filled.kept[0][0, 0] > 200
    assert bare.kept[0][0, 0] > 240
    assert caption("cup", 17, 0.4).kept[0].min() > bare.kept[0].min()


def test_threads_write_the_same():
    texts = [f"{name} {score}%" for name in ("person", "cup") for score in range(30)]
    write = lettering.__wrapped__
    wanted = {text: write(text, 17) for text in texts}
    wrong = []

    def work(pixels):
        for text in texts * 3:
            if (write(text, 17) != wanted[text]).any():
                wrong.append(text)
            write(text, pixels)

    threads = [threading.Thread(target=work, args=(20 + n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
