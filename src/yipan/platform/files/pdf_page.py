"""One page of a PDF from standard input as JPEG on standard output: ``python -I pdf_page.py NUMBER WIDTH``.

Runs as a process of its own (see pages.py) with limits, so that a hostile file ends this process and nothing else.
"""

import resource
import sys

import pypdfium2

MEMORY = 1_500 * 1024 * 1024
CPU_SECONDS = 10
MOST_PIXELS = 40_000_000


def draw(content: bytes, number: int, width: int) -> None:
    page = pypdfium2.PdfDocument(content)[number - 1]
    wide, high = page.get_size()
    scale = width / max(wide, 1)
    if width * high * scale > MOST_PIXELS:  # a banner: narrower, so that the whole of it fits
        scale = (MOST_PIXELS / (wide * high)) ** 0.5
    page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB").save(sys.stdout.buffer, "JPEG", quality=85)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    draw(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
