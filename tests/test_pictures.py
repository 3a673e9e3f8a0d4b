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


def test_the_committed_pictures_are_what_the_code_draws_and_is_drawn_twice_alike(folder, made):
    assert make_pictures.stale() == []
    image = make_pictures.FIRST["03_padding"](padding)
    assert make_pictures.still(image) == made["03_padding"]


def test_every_lesson_has_a_picture_of_less_than_60_kb_and_its_words_are_the_sentence_made_with_it(made):
    assert sorted(made) == sorted(Path(name).stem for name in lessons.names())
    assert sorted(made) == sorted(path.stem for path in make_pictures.FOLDER.iterdir())
    for lesson, (png, sentence) in made.items():
        assert len(png) < 60_000
        assert Image.open(io.BytesIO(png)).format == "PNG"
        first = lessons.read(f"{lesson}.ipynb").cells[0].source
        assert PICTURE.findall(first) == [(sentence, f"pictures/{lesson}.png")]


def test_a_missing_picture_and_one_too_large_of_another_size_or_of_another_lesson_are_found(folder, made):
    first, second, third, fourth = sorted(made)[:4]
    shutil.copy(folder / f"{second}.png", folder / f"{first}.png")
    (folder / f"{second}.png").unlink()
    image = Image.open(folder / f"{third}.png")
    image.crop((0, 0, image.width, image.height - 1)).save(folder / f"{third}.png")
    with (folder / f"{fourth}.png").open("ab") as file:
        file.write(bytes(60_000))
    assert make_pictures.stale() == [first, second, third, fourth]


OTHER = [("00_start_here", start_here.board(way)) for way in start_here.WAYS if way != "pad left + reset"]
OTHER += [("02_inside_the_cell", inside_the_cell.conveyor(c=0.7)), ("03_padding", padding.meter(9, "Keras"))]


@pytest.mark.parametrize(("lesson", "picture"), OTHER)
def test_the_picture_of_other_values_is_found(folder, lesson, picture):
    (folder / f"{lesson}.png").write_bytes(make_pictures.still(picture)[0])
    assert make_pictures.stale() == [lesson]


def test_a_picture_moved_by_a_pixel_as_by_another_version_of_a_font_is_no_other_picture(folder, made):
    for lesson, (png, _) in made.items():
        image = Image.open(io.BytesIO(png))
        ImageChops.offset(image, 1, 0).save(folder / f"{lesson}.png", optimize=True)
    assert make_pictures.stale() == []


def test_the_command_writes_what_the_check_accepts_and_the_check_says_what_it_does_not(folder, capsys):
    (folder / "00_start_here.png").unlink()
    assert make_pictures.main(["--check"]) == 1
    assert "00_start_here" in capsys.readouterr().out
    assert not (folder / "00_start_here.png").exists()
    assert make_pictures.main([]) == 0
    assert make_pictures.main(["--check"]) == 0
