"""The ``yipan`` command explains itself: help with examples that are true, hints, exit codes."""

import shlex
import subprocess

import pytest
from processes import clean_environment, yipan

from yipan.house import cli


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_with_examples_that_it_accepts(name, capsys):
    module = cli.module_of(name)
    assert module.EXAMPLES
    for line, what in module.EXAMPLES:
        words = [word for word in shlex.split(line) if not word.startswith("YIPAN_")]
        assert words[:2] == ["yipan", name], line
        cli.parser_of(name).parse_args(words[2:])
        assert what
    with pytest.raises(SystemExit) as left:
        cli.main([name, "--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert all(line in out for line, _ in module.EXAMPLES)
    assert "exit codes: 0" in out


def test_an_action_of_a_command_shows_its_own_examples(capsys):
    with pytest.raises(SystemExit):
        cli.main(["pack", "check", "--help"])
    out = capsys.readouterr().out
    assert "yipan pack check --all" in out
    assert "yipan pack seed" not in out


def test_the_overview_lists_every_command(capsys):
    assert cli.main([]) == cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in cli.COMMANDS)


def test_an_unknown_command_gets_a_hint_and_exit_code_2(capsys):
    assert cli.main(["serv"]) == 2
    assert "yipan serve" in capsys.readouterr().err
    assert cli.main(["nonsense"]) == 2
    assert "yipan --help" in capsys.readouterr().err


def test_wrong_use_is_exit_code_2(capsys):
    assert cli.main(["pack", "check"]) == 2
    assert "--all" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        cli.main(["demo", "--port", "many"])
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bpmn", "check", "missing.bpmn"], "missing.bpmn: No such file"),
        (["restore", "missing.tar"], "There is no file missing.tar"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence_not_a_traceback(arguments, words, capsys, monkeypatch):
    import contextlib

    monkeypatch.setattr("yipan.house.session.installation", lambda **_: contextlib.nullcontext())
    assert cli.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_database_that_is_away_or_not_set_up_is_named(tmp_path):
    answers = {}
    for name, address in (("away", "postgresql://yipan@/yipan?host=/nowhere"), ("none", "")):
        environment = clean_environment(YIPAN_DATA=str(tmp_path), DATABASE_URL=address, YIPAN_POSTGRES_BIN="/nowhere")
        answers[name] = subprocess.run(
            yipan("user", "list"), env=environment, capture_output=True, text=True, check=False
        )
    assert answers["away"].returncode == answers["none"].returncode == 2
    assert "database cannot be reached" in answers["away"].stderr
    assert "No PostgreSQL 15 or newer" in answers["none"].stderr
    assert "Traceback" not in answers["away"].stderr + answers["none"].stderr
