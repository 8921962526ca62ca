"""Pack folder ``decisions``: DMN files, and beside each, if wanted, ``<name>.tests.yaml`` with its test cases."""

from collections.abc import Iterator, Mapping, Sequence

from yipan.kernel import dmn
from yipan.kernel.dmn import health
from yipan.kernel.packs import Finding, InstallContext, Pack, PackFile

from .domain import cases_of, failures, run_cases

TESTS = ".tests.yaml"


def _at(file: PackFile, number: int, message: str) -> Finding:
    """A finding at a test case, by its number from 1 (0: the file)."""
    return file.finding(file.document.line(number - 1) if number else 0, message)


def _imports(documents: Mapping[PackFile, dmn.Document]) -> Iterator[Finding]:
    """What is imported must be in the pack, once, and not import what imports it."""
    by_namespace: dict[str, dmn.Document] = {}
    for file, document in documents.items():
        if document.namespace in by_namespace:
            yield file.finding(1, f"命名空间“{document.namespace}”在另一个文件中已有，请改用另一个")
        by_namespace[document.namespace] = document
    for file, document in documents.items():
        for one in document.imports:
            if one.namespace not in by_namespace:
                yield file.finding(one.line, f"引入的模型“{one.namespace}”不在本内容包中，请把它的文件一并放入")
            elif document.namespace in _reached(by_namespace, one.namespace):
                yield file.finding(one.line, f"引入的模型“{one.namespace}”又引入了本模型，请去掉循环的引入")


def _reached(by_namespace: Mapping[str, dmn.Document], start: str) -> set[str]:
    """Every namespace that a model imports, directly or not."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        document = by_namespace.get(waiting.pop())
        more = {one.namespace for one in document.imports} - seen if document is not None else set()
        seen |= more
        waiting += more
    return seen


class DecisionLoader:
    """An unchanged file publishes nothing; a changed one becomes the next version, after its tests."""

    folder = "decisions"

    def check(self, file: PackFile) -> list[Finding]:
        if file.name.endswith(TESTS):
            return [_at(file, number, wrong) for number, wrong in cases_of(file.document.value)[1]]
        if file.suffix != ".dmn":
            return [file.finding(0, f"这个文件夹只放 .dmn 文件和 {TESTS} 测试")]
        try:
            document = dmn.read(file.content)
        except dmn.DmnError as problem:
            return [file.finding(one.line, f"{one.message}（{one.remedy}）") for one in problem.findings]
        return [
            file.finding(fault.line, f"“{name}”：{fault}", "error" if fault.is_error else "warning")
            for name, fault in health.faults_of(document)
        ]

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """What can be said only of all of them: imports within the pack, texts, test cases."""
        try:
            documents = {file: dmn.read(file.content) for file in files if file.suffix == ".dmn"}
        except dmn.DmnError:
            return []  # told with the file itself
        found = list(_imports(documents))
        if found:
            return found
        models = dmn.load_all(documents.values())
        by_stem = {file.stem: models[document.namespace] for file, document in documents.items()}
        for file in files:
            if file.suffix == ".dmn":
                found += [
                    file.finding(one.line, f"{one.message}（{one.remedy}）") for one in by_stem[file.stem].findings
                ]
            elif file.name.endswith(TESTS):
                stem = file.name.removesuffix(TESTS)
                if stem not in by_stem:
                    found.append(file.finding(0, f"没有决策文件 {stem}.dmn"))
                    continue
                wrong = failures(run_cases(by_stem[stem], cases_of(file.document.value)[0]))
                found += [_at(file, number, one) for number, one in wrong]
        return found

    def order(self, files: Sequence[PackFile]) -> list[PackFile]:
        """A model after those it imports, as it needs them when it is published; else as the files stand."""
        documents = {file: dmn.read(file.content) for file in files if file.suffix == ".dmn"}
        spaces = {document.namespace: document for document in documents.values()}
        deep = {file: len(_reached(spaces, document.namespace)) for file, document in documents.items()}
        return sorted(files, key=lambda file: deep.get(file, 0))

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .actions.publish import keep_tests, publish

        if file.name.endswith(TESTS):
            keep_tests(file.name.removesuffix(TESTS), file.document.value)
        else:
            # The pack's own cases were run when it was checked; those kept are of the version before.
            publish(
                file.content, key=file.stem, actor=context.actor, at=context.at, pack=context.pack.key, cases=()
            )  # fmt: skip
