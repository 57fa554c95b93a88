import numpy as np

from streaming.gallery import EYE_LEVEL, HEIGHT, Photograph, hang


def plain(tone, objects=(), scale=1.0, size=(200, 300)):
    return Photograph(np.full((*size, 3), tone, np.uint8), objects, scale)


def test_every_photograph_hangs_where_the_gallery_says():
    gallery = hang([plain(10), plain(90, scale=1.5), plain(200)])
    assert gallery.bgr.shape[0] == HEIGHT
    for (left, top, width, height), tone in zip(gallery.prints, (10, 90, 200), strict=True):
        assert (gallery.bgr[top : top + height, left : left + width] == tone).all()
        assert (gallery.bgr[top : top + height, left - 1] != tone).all()
        assert abs(top + height / 2 - EYE_LEVEL) <= 1
    assert [width for _, _, width, _ in gallery.prints] == [300, 450, 300]


def test_objects_are_scaled_and_numbered():
    gallery = hang(
        [
            plain(10, (("person", (10, 20, 30, 40)),)),
            plain(90, (("cup", (10, 20, 30, 40)), ("cup", (0, 0, 5, 5))), scale=1.5),
        ]
    )
    first, second, third = gallery.objects
    (left, top, *_), (next_left, next_top, *_) = gallery.prints
    assert (first.id, first.label, first.box) == (1, "person", (left + 10, top + 20, 30, 40))
    assert second.box == (next_left + 15, next_top + 30, 45, 60)
    assert third.id == 3


def test_the_room_is_the_same_every_time_and_has_detail_to_follow():
    gallery = hang([plain(10)])
    assert (gallery.bgr == hang([plain(10)]).bgr).all()
    wall = gallery.bgr[50:150, 50:150].astype(float)
    assert 1 < wall.std() < 20
