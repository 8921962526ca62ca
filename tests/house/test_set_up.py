"""``tools/setup.py``: what it decides before it installs anything, and what its last lines say."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import skipped

SCRIPT = Path("tools/setup.py").resolve()


@pytest.fixture
def setup(tmp_path, monkeypatch):
    """The script as a module, working on an empty clone of its own."""
    specification = importlib.util.spec_from_file_location("yipan_setup", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for name, path in (("CLONE", ""), ("VENV", ".venv"), ("TOOLS", ".tools"), ("WHEELHOUSE", "wheelhouse")):
        monkeypatch.setattr(module, name, tmp_path / path)
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(module, "MARK", tmp_path / ".venv/yipan-env.json")
    monkeypatch.setattr(module, "LOCKS", {"run": tmp_path / "run.lock", "dev": tmp_path / "dev.lock"})
    for name in ("run.lock", "dev.lock"):
        (tmp_path / name).write_text(name)
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX", "YIPAN_SETUP"):
        monkeypatch.delenv(name, raising=False)
    return module


# -- which Python ------------------------------------------------------------------------------------------------------
def test_an_older_python_reads_the_script_far_enough_to_be_told():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))
    assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)


@pytest.mark.parametrize("version", [(3, 7, 3), (3, 10, 12), (3, 14, 0), (4, 0, 0)])
def test_another_python_is_refused_with_the_remedy(version):
    lines = f"import sys, runpy; sys.version_info = {version!r}; sys.version = '{version[0]}.{version[1]} (x)'"
    code = f"{lines}; sys.argv = ['setup.py', 'env']; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert f"needs Python 3.11, 3.12 or 3.13; this is {version[0]}.{version[1]}" in answer.stderr
    assert "PYTHON=python3.1" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("version", [(3, 11, 2), (3, 12, 0), (3, 13, 9)])
def test_three_versions_will_do(version, setup, monkeypatch):
    monkeypatch.setattr(sys, "version_info", version)
    setup.check_python()


# -- where packages come from ------------------------------------------------------------------------------------------
def test_pip_s_configuration_is_told_to_uv_and_uv_s_variables_to_pip(setup):
    configured = "global.index-url='https://index.example/simple'\nglobal.extra-index-url='a b'\n:env:.cert='/c.pem'"
    found = setup.index_settings({}, configured)
    assert found["UV_DEFAULT_INDEX"] == found["PIP_INDEX_URL"] == "https://index.example/simple"
    assert found["UV_INDEX"] == "a b"
    assert found["SSL_CERT_FILE"] == "/c.pem"
    found = setup.index_settings({"UV_DEFAULT_INDEX": "https://own.example/simple"}, configured)
    assert found["UV_DEFAULT_INDEX"] == found["PIP_INDEX_URL"] == "https://own.example/simple"
    found = setup.index_settings({"UV_NO_INDEX": "1", "UV_FIND_LINKS": "wheels"}, "")
    assert (found["PIP_NO_INDEX"], found["PIP_FIND_LINKS"]) == ("1", "wheels")
    assert setup.index_settings({"PIP_NO_INDEX": "1"}, "")["UV_NO_INDEX"] == "1"


def test_a_wheelhouse_that_came_along_is_used_unless_something_else_is_asked_for(setup):
    setup.WHEELHOUSE.mkdir()
    machine = {"PIP_FIND_LINKS": "/opt/wheels", "PIP_INDEX_URL": "https://index.example/simple"}
    found = setup.index_settings(machine, "global.index-url='https://index.example/simple'")
    assert found["UV_NO_INDEX"] == found["PIP_NO_INDEX"] == "1"
    assert found["UV_FIND_LINKS"] == str(setup.WHEELHOUSE)
    assert "UV_NO_INDEX" not in setup.index_settings({"UV_DEFAULT_INDEX": "https://own.example/simple"}, "")


def test_nothing_needs_a_writable_home(setup, monkeypatch):
    monkeypatch.setenv("HOME", "/nonexistent")
    variables = setup.environment()
    assert variables["HOME"] == str(setup.TOOLS)
    assert variables["UV_CACHE_DIR"].startswith(str(setup.TOOLS))
    assert variables["UV_PYTHON_DOWNLOADS"] == "never"


# -- how it is installed -----------------------------------------------------------------------------------------------
@pytest.fixture
def installs(setup, monkeypatch):
    """Which ways were tried; ``failing`` names those that fail."""
    tried: list[str] = []
    failing: set[str] = set()

    def way(name):
        def install(*given):
            tried.append(name)
            setup.VENV.mkdir(exist_ok=True)
            return name not in failing

        return install

    monkeypatch.setattr(setup, "install_with_uv", way("uv"))
    monkeypatch.setattr(setup, "install_with_pip", way("pip"))
    monkeypatch.setattr(setup, "find_uv", lambda variables: Path("/uv"))
    return tried, failing


def test_uv_does_it_and_a_second_call_does_nothing(setup, installs):
    tried, _ = installs
    setup.prepare("run")
    setup.prepare("run")
    assert tried == ["uv"]
    setup.prepare("dev")
    assert tried == ["uv", "uv"]
    setup.prepare("run")
    setup.LOCKS["run"].write_text("changed")
    setup.prepare("run")
    assert len(tried) == 3
    assert json.loads(setup.MARK.read_text())["kind"] == "dev", "who has the tools of a developer keeps them"


def test_pip_does_it_when_uv_is_not_to_be_had_or_fails(setup, installs, monkeypatch):
    tried, failing = installs
    failing.add("uv")
    setup.prepare("run")
    assert tried == ["uv", "pip"]
    setup.MARK.unlink()
    monkeypatch.setattr(setup, "find_uv", lambda variables: None)
    setup.prepare("run")
    assert tried == ["uv", "pip", "pip"]


def test_a_failed_set_up_says_so_and_is_tried_again(setup, installs, capsys):
    tried, failing = installs
    setup.prepare("run")
    setup.LOCKS["run"].write_text("changed")
    failing |= {"uv", "pip"}
    with pytest.raises(SystemExit) as left:
        setup.prepare("run")
    assert left.value.code == 1
    assert "UV_NO_INDEX=1 UV_FIND_LINKS" in capsys.readouterr().err
    setup.LOCKS["run"].write_text("run.lock")  # the old lock again: what lies there is half of something else
    failing.clear()
    setup.prepare("run")
    assert tried == ["uv", "uv", "pip", "uv"]


def test_a_moved_clone_gets_a_new_environment(setup, installs):
    setup.prepare("run")
    (setup.VENV / "old-script").write_text("#!/old/place/.venv/bin/python")
    mark = json.loads(setup.MARK.read_text())
    mark["fingerprint"]["clone"] = "/old/place"
    setup.MARK.write_text(json.dumps(mark))
    setup.prepare("run")
    assert not (setup.VENV / "old-script").exists()


def test_uv_is_looked_for_on_the_path_first_and_can_be_refused(setup, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "uv"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert setup.find_uv({}) == program
    monkeypatch.setenv("YIPAN_SETUP", "pip")
    assert setup.find_uv({}) is None


def test_without_uv_and_without_an_index_there_is_no_uv(setup, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert setup.find_uv({"PIP_NO_INDEX": "1", "PATH": "/usr/bin:/bin"}) is None


# -- what it says ------------------------------------------------------------------------------------------------------
def test_help_and_unknown_commands():
    for words, code in ((["help"], 0), (["demos"], 2)):
        answer = subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False)
        assert answer.returncode == code
        assert "env|demo|test|test-spark|shots|bundle" in answer.stdout


def test_the_last_lines_name_and_count_what_was_skipped(setup, tmp_path, capsys):
    lines = tmp_path / "skipped"
    entries = [{"test": f"t{n}", "kind": "browser", "reason": "no Chromium: install it"} for n in range(3)]
    entries += [{"test": "t9", "kind": "conformance", "reason": "YIPAN_CONFORMANCE names no folder"}] * 2
    lines.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    tests_support = str(SCRIPT.parents[1] / "tests" / "support")
    assert Path(skipped.__file__).parent == Path(tests_support)
    assert setup.report_skipped(lines)
    assert capsys.readouterr().out.splitlines() == [
        "• skipped 3 browser tests: no Chromium: install it",
        "• skipped 1 conformance test: YIPAN_CONFORMANCE names no folder",
    ]
    assert not setup.report_skipped(tmp_path / "none")


def test_a_browser_that_is_required_and_missing_fails(setup, monkeypatch, capsys):
    monkeypatch.setattr(setup, "prepare", lambda kind: None)
    monkeypatch.setattr(setup, "find_chromium", lambda: None)
    monkeypatch.setenv("YIPAN_REQUIRE_BROWSER", "1")
    with pytest.raises(SystemExit) as left:
        setup.tests([])
    assert left.value.code == 1
    assert "YIPAN_REQUIRE_BROWSER=1" in capsys.readouterr().err
