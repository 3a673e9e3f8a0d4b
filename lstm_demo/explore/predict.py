"""A prediction, as lstm_demo.show makes it, for the lessons that still call it from here."""

from ..show import predict

__all__ = ["predict"]
