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


def test_the_committed_pictures_are_what_the_code_draws(folder):
    assert make_pictures.stale(folder) == []


def test_every_lesson_has_a_picture_and_every_picture_a_lesson(made):
    stems = sorted(Path(name).stem for name in lessons.names())
    assert sorted(made) == stems
    assert sorted(path.stem for path in make_pictures.FOLDER.iterdir()) == stems


def test_a_picture_is_a_png_of_less_than_60_kb(made):
    files = {path.stem: path.read_bytes() for path in make_pictures.FOLDER.glob("*.png")}
    for png in [*files.values(), *(png for png, _ in made.values())]:
        assert len(png) < 60_000
        assert Image.open(io.BytesIO(png)).format == "PNG"


def test_the_words_beside_a_picture_are_the_sentence_that_is_made_with_it(made):
    for lesson, (_, sentence) in made.items():
        first = lessons.read(f"{lesson}.ipynb").cells[0].source
        assert PICTURE.findall(first) == [(sentence, f"pictures/{lesson}.png")]


def test_another_picture_a_missing_one_and_one_of_another_size_are_found(folder, made):
    first, second, third = sorted(made)[:3]
    shutil.copy(folder / f"{second}.png", folder / f"{first}.png")
    (folder / f"{second}.png").unlink()
    image = Image.open(folder / f"{third}.png")
    image.crop((0, 0, image.width, image.height - 1)).save(folder / f"{third}.png")
    assert make_pictures.stale(folder) == [first, second, third]


def test_the_picture_of_other_values_is_found(folder):
    start_here = make_pictures.start_here
    for way in set(start_here.WAYS) - {"pad left + reset"}:
        png = make_pictures.small(make_pictures.still(start_here.board(way)).png)
        (folder / "00_start_here.png").write_bytes(png)
        assert make_pictures.stale(folder) == ["00_start_here"], way
    other = {
        "02_inside_the_cell": make_pictures.still(make_pictures.inside_the_cell.conveyor(c=0.7)),
        "03_padding": make_pictures.still(make_pictures.padding.meter(9, "Keras")),
    }
    for lesson, shown in other.items():
        (folder / f"{lesson}.png").write_bytes(make_pictures.small(shown.png))
    assert make_pictures.stale(folder) == ["00_start_here", *other]


def test_a_picture_that_is_too_large_is_found(folder, made):
    lesson = sorted(made)[0]
    with (folder / f"{lesson}.png").open("ab") as file:
        file.write(bytes(60_000))
    assert make_pictures.stale(folder) == [lesson]


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


def test_drawing_twice_gives_the_same_bytes(made):
    assert make_pictures.pictures() == made
