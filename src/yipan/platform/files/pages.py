"""Pages of a file as pictures, so that somebody can point at a place in it.

Pictures are drawn by Pillow. A PDF is drawn by PDFium in a process of its own with limits of memory and time: what
applicants upload never runs through native code inside the web process.
"""

import io
import subprocess
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageSequence, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from .domain import Rejected
from .domain.kinds import IMAGES
from .images import MOST_PIXELS

WIDTH = 1240  # pixels: an A4 page at 150 dots an inch
SECONDS = 15
DRAWER = Path(__file__).with_name("pdf_page.py")
UNSHOWN = "这种文件不能按页显示，请打开原文件查看"
BROKEN = "文件已损坏，不能按页显示，请打开原文件查看"


def count(content: bytes, kind: str) -> int:
    """Number of pages. Raises Rejected for kinds that have no pages to be drawn, and for broken files."""
    if kind == "pdf":
        try:
            return len(PdfReader(io.BytesIO(content)).pages)
        except (PyPdfError, ValueError, KeyError, RecursionError) as error:
            raise Rejected(BROKEN) from error
    if kind not in IMAGES:
        raise Rejected(UNSHOWN)
    try:
        with Image.open(io.BytesIO(content)) as image:
            return getattr(image, "n_frames", 1) if kind == "tiff" else 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Rejected(BROKEN) from error


def picture(content: bytes, kind: str, number: int) -> bytes:
    """Page ``number`` (from 1) as JPEG, at most ``WIDTH`` pixels wide. Raises Rejected."""
    if not 1 <= number <= count(content, kind):
        raise Rejected("没有这一页")
    return _pdf_page(content, number) if kind == "pdf" else _frame(content, number)


def _pdf_page(content: bytes, number: int) -> bytes:
    command = [sys.executable, "-I", str(DRAWER), str(number), str(WIDTH)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise Rejected(BROKEN) from error
    return done.stdout


def _frame(content: bytes, number: int) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Rejected(UNSHOWN)
                frame = next(one for at, one in enumerate(ImageSequence.Iterator(image), 1) if at == number)
                shown = frame.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, StopIteration) as error:
        raise Rejected(BROKEN) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected(UNSHOWN) from error
    if shown.width > WIDTH:
        shown = shown.resize((WIDTH, max(1, round(shown.height * WIDTH / shown.width))))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=85)
    return out.getvalue()
