"""09: nets that read real names, trained on ragged batches; what one would try first; and the names as one stream."""

from .dots import Dots
from .net import NameNet, block_split, posterior, trained
from .opponents import made, ngrams, score
from .stream import END, NameStream, foretell, made_stream, sides, trained_stream
from .unfolds import check_decided, unfold

# Weights that the lesson opens with, and what trains them in so many passes or as many as they had.
WEIGHTS = {
    "name_net.npz": lambda passes=15: made("blocks", 0, passes),
    "name_stream.npz": lambda passes=16: made_stream("carried", "blocks shuffled", 0, passes),
}

__all__ = ["END", "Dots", "NameNet", "NameStream", "block_split", "check_decided", "foretell", "ngrams", "posterior"]
__all__ += ["score", "sides", "trained", "trained_stream", "unfold"]
