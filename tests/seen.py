"""What a reader sees of a picture: its words, and what it draws."""

from xml.etree import ElementTree

from matplotlib.figure import Figure

from lstm_demo import marks
from lstm_demo.show import drawn


def texts(picture):
    """Every word, in the order of drawing."""
    return [t.text for t in ElementTree.fromstring(drawn(picture).svg()).iter("{http://www.w3.org/2000/svg}text")]


def drawn_on(picture, still=False):
    """An axes with what moves, or with what stands still, too."""
    ax = Figure(picture.size).add_axes((0, 0, 1, 1))
    if still:
        picture.axes(ax)
    picture.draw(ax)
    return ax


def wrong_grounds(picture):
    """How many dark grounds mark something as wrong."""
    return drawn(picture).svg().count(f'"fill: var(--lstm-{marks.WRONG[1:].lower()}, {marks.WRONG.lower()})"')
