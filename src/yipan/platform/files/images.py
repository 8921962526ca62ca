"""Images are written anew: what is not picture (location, device, hidden payload) does not survive."""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from .domain import Rejected

MOST_PIXELS = 120_000_000  # an A3 page at 600 dpi has 70 million
_FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "PNG", "bmp": "PNG", "webp": "PNG", "tiff": "TIFF"}
SUFFIXES = {"jpg": "jpg", "png": "png", "gif": "png", "bmp": "png", "webp": "png", "tiff": "tiff"}


def re_encode(file: BinaryIO, suffix: str) -> tuple[io.BytesIO, str]:
    """The picture upright, without metadata; returns the bytes and the suffix they now have. Raises Rejected."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Rejected("图片尺寸过大，请缩小到 1.2 亿像素以内")
                pages = _pages(image) if suffix == "tiff" else [_clean(image)]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Rejected("图片已损坏，无法打开。请重新扫描或拍照后上传") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected("图片尺寸过大，请缩小后上传") from error
    return _write(pages, suffix), SUFFIXES[suffix]


def _pages(image: Image.Image) -> list[Image.Image]:
    pages = []
    for page in range(min(getattr(image, "n_frames", 1), 200)):
        image.seek(page)
        pages.append(_clean(image))
    return pages


def _clean(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    mode = upright.mode
    if mode == "P":
        upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
    bare = Image.new(upright.mode, upright.size)
    bare.paste(upright)
    return bare


def _write(pages: list[Image.Image], suffix: str) -> io.BytesIO:
    result = io.BytesIO()
    first = pages[0]
    if suffix == "jpg":
        if first.mode not in ("L", "RGB", "CMYK"):
            first = first.convert("RGB")
        first.save(result, "JPEG", quality=92, optimize=True)
    elif suffix == "tiff":
        first.save(result, "TIFF", compression="tiff_lzw", save_all=len(pages) > 1, append_images=pages[1:])
    else:
        first.save(result, _FORMATS[suffix])
    result.seek(0)
    return result
