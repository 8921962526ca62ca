"""Pack folder ``decisions``: DMN files, and beside each, if wanted, ``<name>.tests.yaml`` with its test cases."""

from collections.abc import Sequence

from yipan.kernel import dmn
from yipan.kernel.packs import Finding, InstallContext, Pack, PackFile

from .domain import ERRORS, cases_of, failures, faults_of, run_cases

TESTS = ".tests.yaml"


def _at(file: PackFile, number: int, message: str) -> Finding:
    """A finding at a test case, by its number from 1 (0: the file)."""
    return file.finding(file.document.line(number - 1) if number else 0, message)


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
            file.finding(0, f"“{name}”：{fault.message}", "error" if fault.kind in ERRORS else "warning")
            for name, fault in faults_of(document)
        ]

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """What can be said only of all of them: imports within the pack, texts, test cases."""
        found: list[Finding] = []
        try:
            documents = {file.stem: dmn.read(file.content) for file in files if file.suffix == ".dmn"}
            models = dmn.load_all(documents.values())
        except dmn.DmnError as problem:
            return [files[0].finding(0, str(problem))] if files else []
        by_stem = {stem: models[document.namespace] for stem, document in documents.items()}
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

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .actions.publish import keep_tests, publish

        if file.name.endswith(TESTS):
            keep_tests(file.name.removesuffix(TESTS), file.document.value)
        else:
            # The pack's own cases were run when it was checked; those kept are of the version before.
            publish(
                file.content, key=file.stem, actor=context.actor, at=context.at, pack=context.pack.key, cases=()
            )  # fmt: skip
