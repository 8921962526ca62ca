"""Small files of every kind, made here byte by byte."""

import io
import zipfile
import zlib

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from PIL import Image

PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def pdf_with(text: bytes) -> bytes:
    return PDF.replace(b"/Type/Catalog", b"/Type/Catalog" + text)


def pdf_with_hidden(text: bytes) -> bytes:
    packed = zlib.compress(b"5 0 <<" + text + b">>")
    stream = b"9 0 obj<</Type/ObjStm/Filter/FlateDecode/N 1/Length %d>>stream\n" % len(packed)
    return PDF.replace(b"trailer", stream + packed + b"\nendstream endobj\ntrailer")


def zipped(**members: bytes) -> bytes:
    return zip_of({name.replace("__", "/").replace("_dot_", "."): content for name, content in members.items()})


def zip_of(members: dict[str, bytes]) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return result.getvalue()


DOCX = zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
XLSX = zip_of({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"})
OFD = zip_of({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<d/>"})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **options) -> bytes:
    result = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(result, kind, **options)
    return result.getvalue()


class ObjectService(Storage):
    """Like an S3-compatible service it keeps objects by name and has neither folders nor a disk to settle."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def _save(self, name: str, content: File) -> str:
        self.objects[name] = content.read()
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
        return ContentFile(self.objects[name], name)

    def exists(self, name: str) -> bool:
        return name in self.objects

    def delete(self, name: str) -> None:
        del self.objects[name]

    def size(self, name: str) -> int:
        return len(self.objects[name])
