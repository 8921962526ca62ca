"""Pack folder ``synonyms``: the words people use for what government calls otherwise."""

from yipan.kernel.packs import Finding, InstallContext, PackFile

from . import actions
from .words import parse_words


class SynonymLoader:
    folder = "synonyms"

    def check(self, file: PackFile) -> list[Finding]:
        return parse_words(file.document)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:
        words, _ = parse_words(file.document)
        actions.replace_words(words, source=f"{context.pack.key}/{file.path}")
