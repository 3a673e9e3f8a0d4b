"""The pictures in the first cells of the lessons are what the code draws now, and their words what it says."""

import io
import shutil
from pathlib import Path

import lessons
import make_pictures
import pytest
from lesson_laws import PICTURE
from PIL import Image, ImageChops


@pytest.fixture(scope="module")
def made():
    return make_pictures.pictures()


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """A folder with the pictures as committed, and a script that draws them once only."""
    monkeypatch.setattr(make_pictures, "pictures", lambda: made)
    return Path(shutil.copytree(make_pictures.FOLDER, tmp_path / "pictures"))


def test_the_committed_pictures_are_what_the_code_draws_one_of_each_lesson(folder, made):
    assert make_pictures.stale(folder) == []
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{lesson}.png" for lesson in made)
    assert sorted(made) == sorted(Path(name).stem for name in lessons.names())


def test_the_words_beside_a_picture_are_the_sentence_that_is_made_with_it(made):
    for lesson, (_, sentence) in made.items():
        first = lessons.read(f"{lesson}.ipynb").cells[0].source
        assert PICTURE.findall(first) == [(sentence, f"pictures/{lesson}.png")]


def test_a_picture_that_is_missing_too_large_of_another_size_or_of_other_values_is_found(folder, made):
    missing, large, cropped = sorted(made)[7:10]
    (folder / f"{missing}.png").unlink()
    (folder / f"{large}.png").write_bytes(made[large][0] + bytes(60_000))
    image = Image.open(folder / f"{cropped}.png")
    image.crop((0, 0, image.width, image.height - 1)).save(folder / f"{cropped}.png")
    others = {
        "02_inside_the_cell": make_pictures.inside_the_cell.conveyor(c=0.7),
        "03_padding": make_pictures.padding.meter(9, "Keras"),
    }
    for way in set(make_pictures.start_here.WAYS) - {"pad left + reset"}:
        for lesson, shown in (others | {"00_start_here": make_pictures.start_here.board(way)}).items():
            (folder / f"{lesson}.png").write_bytes(make_pictures.small(make_pictures.still(shown).png))
        assert make_pictures.stale(folder) == ["00_start_here", *others, missing, large, cropped], way


def test_a_picture_moved_by_a_pixel_as_by_another_version_of_a_font_is_no_other_picture(folder, made):
    for lesson, (png, _) in made.items():
        image = Image.open(io.BytesIO(png))
        ImageChops.offset(image, 1, 0).save(folder / f"{lesson}.png", optimize=True)
    assert make_pictures.stale(folder) == []


def test_the_command_writes_what_the_check_accepts_and_the_check_says_what_it_does_not(folder, monkeypatch, capsys):
    monkeypatch.setattr(make_pictures, "FOLDER", folder)
    monkeypatch.setattr(make_pictures.stale, "__defaults__", (folder,))
    (folder / "00_start_here.png").unlink()
    assert make_pictures.main(["--check"]) == 1
    assert "00_start_here" in capsys.readouterr().out
    assert not (folder / "00_start_here.png").exists()
    assert make_pictures.main([]) == 0
    assert make_pictures.main(["--check"]) == 0
