"""A picture is a value that draws and says itself; an explorer is a function whose arguments have declared domains."""

from .dots import Dots
from .explorer import Explorer, Text, Time, explorer
from .picture import Drawn, Picture, drawn
from .predict import predict

__all__ = ["Dots", "Drawn", "Explorer", "Picture", "Text", "Time", "drawn", "explorer", "predict"]
