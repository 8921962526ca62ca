"""What ``deploy/`` says must hold: units, image, compose and edge agree with the command and with each other."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from yipan.house import cli
from yipan.house.database import APP, OWNER
from yipan.house.safety import problems

DEPLOY = Path("deploy")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
WITH_OWNER = {"yipan-backup", "yipan-migrate"}
PROGRAM = "/opt/yipan/.venv/bin/yipan"


def accepted(words: list[str]) -> None:
    """The command line is one that ``yipan`` takes (an unknown argument ends the parser)."""
    cli.parser_of(words[0]).parse_args(words[1:])


def variables(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


# -- systemd -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_an_existing_command_without_privileges(unit):
    class Several(dict):
        """systemd lets a key come several times."""

        def __setitem__(self, key, value):
            if key in self and isinstance(value, list):
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    reader = configparser.RawConfigParser(strict=False, dict_type=Several)
    reader.optionxform = str  # type: ignore[assignment]
    reader.read_string(unit.read_text())
    service = reader["Service"]
    commands = service["ExecStart"].split("\n")
    for command in commands:
        program, *words = shlex.split(command)
        assert program == PROGRAM
        accepted(words)
    assert service["User"] == "yipan"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert ("/etc/yipan/owner" in service["EnvironmentFile"]) == (unit.stem in WITH_OWNER)
    if unit.stem not in WITH_OWNER:
        assert service["Restart"] == "always"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path):
    for unit in (DEPLOY / "systemd").iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    files = sorted(str(path) for path in tmp_path.iterdir())
    answer = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    said = "\n".join(line for line in answer.stderr.splitlines() if str(tmp_path) in line or line.startswith("yipan"))
    assert said == ""


# -- containers --------------------------------------------------------------------------------------------------------
def instructions(text: str) -> list[tuple[str, str]]:
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def test_the_image_runs_as_nobody_special_and_needs_no_writable_root():
    """What a Dockerfile linter would ask for; there is no engine here to build it."""
    found = instructions((DEPLOY / "docker/Dockerfile").read_text())
    stages = [n for n, (name, _) in enumerate(found) if name == "FROM"]
    final = found[stages[-1] :]
    words = dict(final)
    for name, value in found:
        assert name != "ADD", "COPY is explicit"
        assert name != "FROM" or re.search(r":3\.1[123]-", value), "a pinned Python that Yipan runs on"
        assert "sudo" not in value
        assert "http:" not in value or "127.0.0.1" in value
    assert words["USER"].isdigit()
    assert int(words["USER"]) > 0
    assert f"--uid {words['USER']}" in words["RUN"]
    assert json.loads(words["ENTRYPOINT"]) == [".venv/bin/yipan"]
    accepted(json.loads(words["CMD"]))
    assert "HEALTHCHECK" in words
    assert "YIPAN_ENV=production" in words["ENV"]
    ignored = Path(".dockerignore").read_text().split()
    assert {".git", ".venv", "var"} <= set(ignored)


def test_compose_keeps_the_root_file_system_read_only_and_publishes_one_local_port():
    found = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())
    services = found["services"]
    ours = {name: service for name, service in services.items() if service.get("image") == "yipan"}
    assert set(ours) == {"migrate", "packs", "web", "worker"}
    for name, service in ours.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert ("./owner" in service["env_file"]) == (name in ("migrate", "packs")), name
        accepted(service.get("command", ["serve", "--host", "0.0.0.0"]))
    assert [port for service in services.values() for port in service.get("ports", [])] == ["127.0.0.1:8700:8700"]
    for name in services["database"]["secrets"]:
        assert name in found["secrets"]
    for volume in services["database"]["volumes"][1:]:
        assert (DEPLOY / "docker" / volume.split(":")[0]).exists()


def test_the_roles_of_a_server_of_one_s_own_are_those_the_platform_knows():
    """roles.sql makes the same roles as the embedded server."""
    text = (DEPLOY / "postgres/roles.sql").read_text()
    assert set(re.findall(r"CREATE ROLE (\w+)", text)) == {OWNER, APP}
    assert len(re.findall(r"CREATE ROLE \w+ LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD", text)) == 2
    assert f"GRANT {APP} TO {OWNER}" in text


# -- the edge ----------------------------------------------------------------------------------------------------------
def test_the_edge_passes_on_to_the_port_of_the_units_and_hides_what_is_for_machines():
    text = (DEPLOY / "nginx/yipan.conf").read_text()
    assert text.count("{") == text.count("}")
    port = re.search(r"--port (\d+)", (DEPLOY / "systemd/yipan-web.service").read_text())
    assert port
    assert f"server 127.0.0.1:{port[1]};" in text
    for path in ("/metrics", "/readyz"):
        assert re.search(rf"location = {path}\s+\{{ return 404; \}}", text)
    assert "X-Forwarded-For $remote_addr" in text, "what a visitor claims to be is replaced, not added to"
    assert "TLSv1 " not in text


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_accepts_the_edge(tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key.pem",
         "-out", tmp_path / "fullchain.pem", "-days", "1", "-subj", "/CN=zwfw.example.gov.cn"],
        check=True, capture_output=True,
    )  # fmt: skip
    edge = (DEPLOY / "nginx/yipan.conf").read_text().replace("/etc/yipan/tls", str(tmp_path))
    (tmp_path / "yipan.conf").write_text(edge)
    whole = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ access_log off; include {tmp_path}/yipan.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    command = ["nginx", "-t", "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax is ok" in answer.stderr, answer.stderr  # the rest is about folders of this machine


# -- settings ----------------------------------------------------------------------------------------------------------
def test_the_examples_name_everything_that_production_refuses_to_start_without():
    """The example as it stands is refused; filled in, it is safe."""
    example = variables(DEPLOY / "environment.example")
    assert problems(example)
    filled = {name: value or "x" for name, value in example.items()}
    filled |= {name: f"{value}system.example.gov.cn" for name, value in filled.items() if value == "https://"}
    filled |= {"YIPAN_SECRET_KEY": "k" * 64, "YIPAN_METRICS_TOKEN": "m" * 40}
    assert problems(filled) == []
    assert "YIPAN_OWNER_DATABASE_URL" not in example, "the web processes never have the owner's password"
    assert set(variables(DEPLOY / "owner.example")) == {"YIPAN_OWNER_DATABASE_URL"}


# Told by the supervisor to its own processes or by the tests to themselves: nobody sets these.
INSIDE = {"YIPAN_SUPERVISED", "YIPAN_DB_ROLE", "YIPAN_TEST_DATABASE", "YIPAN_CONNECTOR_"}
# Names of settings, not of variables.
SETTINGS = {"YIPAN_CONNECTORS", "YIPAN_GATEWAY", "YIPAN_IDENTITY_CLIENT", "YIPAN_KEYS"}


def test_every_variable_is_documented():
    sources = [path for path in Path("src").rglob("*.py") if "tests" not in path.parts]
    read = {name for path in sources for name in re.findall(r"\bYIPAN_[A-Z_]+", path.read_text(encoding="utf-8"))}
    documents = (Path("docs/operations.md"), DEPLOY / "environment.example", DEPLOY / "owner.example")
    told = {name for path in documents for name in re.findall(r"\bYIPAN_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert read - told - INSIDE - SETTINGS == set()
