"""Scanned pages become one PDF: each side one page of its own size, turned as the clerk turned it."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from .domain import Rejected
from .images import MOST_PIXELS

MOST_PAGES = 200
RESOLUTION = 200.0  # dots an inch, where a picture does not say
TURNS = (0, 90, 180, 270)


@dataclass(frozen=True, slots=True)
class Side:
    """One scanned side; ``turn``: degrees clockwise."""

    picture: BinaryIO
    turn: int = 0


def as_pdf(sides: Sequence[Side]) -> io.BytesIO:
    """The sides in their order. Raises Rejected with the number of the page that cannot be read."""
    if not sides:
        raise Rejected("没有扫描到页面")
    if len(sides) > MOST_PAGES:
        raise Rejected(f"一份材料最多 {MOST_PAGES} 页，请分开扫描")
    pages = [_page(side, number) for number, side in enumerate(sides, 1)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=RESOLUTION)
    out.seek(0)
    return out


def _page(side: Side, number: int) -> Image.Image:
    if side.turn not in TURNS:
        raise Rejected(f"第 {number} 页的旋转角度不正确")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(side.picture) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Rejected(f"第 {number} 页的尺寸过大，请降低扫描分辨率")
                upright = image.rotate(-side.turn, expand=True)
                if upright.mode in ("RGBA", "LA", "P"):
                    ground = Image.new("RGB", upright.size, "white")
                    ground.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
                    return ground
                return upright.convert("L" if upright.mode in ("1", "L", "I;16") else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Rejected(f"第 {number} 页已损坏，请重新扫描") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected(f"第 {number} 页的尺寸过大，请降低扫描分辨率") from error
