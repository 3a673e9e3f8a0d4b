"""The pictures in the first cells of the lessons are what the code draws now, and their words what it says."""

import io
import shutil
from pathlib import Path

import lessons
import make_pictures
import matplotlib
import pytest
from lesson_laws import PICTURE
from PIL import Image, ImageChops

from lstm_demo.lessons import inside_the_cell, padding, start_here

# An older matplotlib draws letters and lines otherwise, so that these are not the pictures that are stored.
pytestmark = pytest.mark.skipif(matplotlib.__version_info__[:2] < (3, 11), reason="drawn by matplotlib 3.11")


@pytest.fixture(scope="module")
def made():
    return make_pictures.pictures()


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """A folder with the pictures as committed, and a script that draws them once only."""
    folder = shutil.copytree(make_pictures.FOLDER, tmp_path / "pictures")
    monkeypatch.setattr(make_pictures, "pictures", lambda: made)
    monkeypatch.setattr(make_pictures, "FOLDER", folder)
    return folder


def test_every_lesson_has_its_picture_as_drawn_now_and_its_words_are_the_sentence_made_with_it(folder, made):
    assert make_pictures.stale() == []
    assert sorted(made) == sorted(path.stem for path in folder.iterdir())
    assert sorted(made) == sorted(Path(name).stem for name in lessons.names())
    for lesson, (_, sentence) in made.items():
        first = lessons.read(f"{lesson}.ipynb").cells[0].source
        assert PICTURE.findall(first) == [(sentence, f"pictures/{lesson}.png")]


OTHER = [("00_start_here", start_here.board(way)) for way in start_here.WAYS if way != "pad left + reset"]
OTHER += [("02_inside_the_cell", inside_the_cell.conveyor(c=0.7)), ("03_padding", padding.meter(9, "Keras"))]


def test_a_missing_picture_and_one_too_large_of_another_size_or_of_other_values_are_found(folder, made):
    for lesson, picture in OTHER:
        (folder / f"{lesson}.png").write_bytes(make_pictures.still(picture)[0])
        assert make_pictures.stale() == [lesson]
        (folder / f"{lesson}.png").write_bytes(made[lesson][0])
    first, second, third = sorted(made)[:3]
    (folder / f"{first}.png").unlink()
    image = Image.open(folder / f"{second}.png")
    image.crop((0, 0, image.width, image.height - 1)).save(folder / f"{second}.png")
    with (folder / f"{third}.png").open("ab") as file:
        file.write(bytes(60_000))
    assert make_pictures.stale() == [first, second, third]


def test_a_picture_moved_by_a_pixel_as_by_another_version_of_a_font_is_no_other_picture(folder, made):
    for lesson, (png, _) in made.items():
        ImageChops.offset(Image.open(io.BytesIO(png)), 1, 0).save(folder / f"{lesson}.png", optimize=True)
    assert make_pictures.stale() == []


def test_the_check_says_what_it_does_not_accept_and_writes_nothing_and_the_command_does(folder, capsys):
    (folder / "00_start_here.png").unlink()
    assert [make_pictures.main(given) for given in (["--check"], ["--check"], [], ["--check"])] == [1, 1, 0, 0]
    assert "00_start_here" in capsys.readouterr().out
