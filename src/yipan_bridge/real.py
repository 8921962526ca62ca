"""Devices of this computer that need no vendor's program: scanners through SANE, printers through CUPS, bar codes on
scanned sheets through zbar, each when its command is installed. Card readers and signature pads have none in common:
they need a driver of their own (``devices.Devices``)."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from .devices import MISSING, READY, Card, DeviceProblem, Page, State

SCAN_SECONDS = 120


class CommandDevices:
    """SANE's ``scanimage``, CUPS' ``lp`` and ``zbarimg``."""

    def states(self) -> list[State]:
        return [
            _state("scanner", "扫描仪（SANE）", "scanimage"),
            State("reader", "身份证读卡器", MISSING, "需要安装厂商驱动"),
            State("pad", "签名板", MISSING, "需要安装厂商驱动"),
            _state("printer", "打印机（CUPS）", "lp"),
        ]

    def scan(self) -> list[Page]:
        command = shutil.which("scanimage")
        if command is None:
            raise DeviceProblem("这台电脑没有安装扫描程序（SANE）", "missing")
        with tempfile.TemporaryDirectory() as folder:
            words = [command, f"--batch={folder}/%03d.png", "--format=png", "--resolution=200"]
            done = subprocess.run(words, capture_output=True, timeout=SCAN_SECONDS, check=False)
            pages = [Page(path.read_bytes(), "image/png", _code(path)) for path in sorted(Path(folder).glob("*.png"))]
        if not pages:
            told = done.stderr.decode(errors="replace").strip().splitlines()
            raise DeviceProblem(f"没有扫描到材料：{told[-1] if told else '进纸器里没有纸'}", "empty")
        return pages

    def read_card(self) -> Card:
        raise DeviceProblem("没有安装读卡器驱动，请手工录入证件", "missing")

    def sign(self, about: str) -> bytes:  # noqa: ARG002 - shown by pads that have a screen
        raise DeviceProblem("没有安装签名板驱动，请在打印件上签名后扫描", "missing")

    def print_slip(self, lines: list[str]) -> None:
        command = shutil.which("lp")
        if command is None:
            raise DeviceProblem("这台电脑没有安装打印服务（CUPS）", "missing")
        text = "\n".join(lines) + "\n"
        done = subprocess.run([command], input=text.encode(), capture_output=True, timeout=30, check=False)
        if done.returncode:
            raise DeviceProblem(f"打印没有成功：{done.stderr.decode(errors='replace').strip()[:100]}", "printer")

    def clear(self) -> None:
        """Nothing is kept between two calls."""


def _state(kind: str, name: str, command: str) -> State:
    there = shutil.which(command) is not None
    return State(kind, name, READY if there else MISSING, "" if there else f"没有安装 {command}")


def _code(path: Path) -> str:
    command = shutil.which("zbarimg")
    if command is None:
        return ""
    done = subprocess.run([command, "--quiet", "--raw", str(path)], capture_output=True, timeout=20, check=False)
    return done.stdout.decode(errors="replace").strip().splitlines()[0][:60] if done.stdout.strip() else ""


def real_devices() -> CommandDevices:
    return CommandDevices()
