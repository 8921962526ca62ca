"""Packs: content of the platform (items, forms, processes, calendars …) as folders of text files.

This room is pure. It reads pack files with line numbers, so that every fault can be shown as ``file:line: message``,
and holds the registry in which each room says which folder of a pack it understands. Nothing here knows a database:
`install` of a loader gets the file and an `InstallContext` and writes through its own room's actions.

    loader = MyLoader()                       # folder, check(file), install(file, context)
    register_loader(loader, after=["people"])  # in AppConfig.ready()
    pack = read_pack(path)                    # raises PackError with findings
    findings = check_pack(pack)
    for loader, file in install_plan(pack): loader.install(file, context)
"""

from .files import Pack, PackFile, PackManifest, order_packs, parse_manifest, read_pack
from .findings import ERROR, NOTE, WARNING, Finding, PackError
from .loaders import (
    CrossChecker,
    DuplicateLoader,
    InstallContext,
    Loader,
    check_pack,
    install_plan,
    loader_for,
    register_loader,
    registered_folders,
    unregister_loader,
)
from .reading import Document, Fields, read_json, read_yaml

__all__ = [
    "ERROR",
    "NOTE",
    "WARNING",
    "CrossChecker",
    "Document",
    "DuplicateLoader",
    "Fields",
    "Finding",
    "InstallContext",
    "Loader",
    "Pack",
    "PackError",
    "PackFile",
    "PackManifest",
    "check_pack",
    "install_plan",
    "loader_for",
    "order_packs",
    "parse_manifest",
    "read_json",
    "read_pack",
    "read_yaml",
    "register_loader",
    "registered_folders",
    "unregister_loader",
]
