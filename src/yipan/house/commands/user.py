"""Staff accounts from the command line: the first administrator of an installation, forgotten passwords, locks.

Passwords are never arguments: they are asked for, read from standard input (--stdin), or made up and printed once.
"""

import argparse
import getpass
import sys

EXAMPLES = (
    ("yipan user list", "every staff account and its state"),
    ("yipan user create wangxm --name 王小明 --post data.admin", "make an account; its first password is printed once"),
    ("yipan user reset wangxm --ask", "set a new first password, typed twice"),
    ("yipan user lock wangxm", "close an account"),
    ("yipan user unlock wangxm", "open it again, and lift the lock after wrong passwords"),
    ("yipan user second-factor wangxm", "forget a lost authenticator; the next sign-in binds a new one"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="staff accounts with their state")
    create = actions.add_parser("create", help="make a person with account and post")
    create.add_argument("login")
    create.add_argument("--name", required=True, help="the person's name")
    create.add_argument("--post", required=True, help="key of the post, for example data.system")
    reset = actions.add_parser("reset", help="set a new first password")
    for action in (create, reset):
        action.add_argument("--ask", action="store_true", help="ask for the password instead of making one up")
        action.add_argument("--stdin", action="store_true", help="read the password from standard input")
    for name, text in (
        ("lock", "close an account"),
        ("unlock", "open an account and lift its lock"),
        ("second-factor", "forget the authenticator"),
    ):
        actions.add_parser(name, help=text).add_argument("login")
    reset.add_argument("login")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation

    with installation():
        try:
            return _COMMANDS[arguments.action](arguments)
        except LookupError as problem:
            print(f"✗ {problem}", file=sys.stderr)
            return 1


def _account(login: str):
    from yipan.platform.people.models import Account

    found = Account.objects.filter(login=login, kind=Account.Kind.STAFF).select_related("person").first()
    if found is None:
        raise LookupError(f"there is no staff account {login!r}")
    return found


def _list(_arguments: argparse.Namespace) -> int:
    from yipan.platform.people import guard
    from yipan.platform.people.models import Account

    rows = list(Account.objects.filter(kind=Account.Kind.STAFF).select_related("person").order_by("login"))
    locked = guard.locked_logins([row.login for row in rows])
    for row in rows:
        state = "closed" if not row.is_active else "locked" if row.login in locked else "open"
        print(f"{row.login:<24} {state:<7} {row.person.name}")
    return 0


def _password(arguments: argparse.Namespace) -> str:
    if arguments.stdin:
        return sys.stdin.readline().rstrip("\n")
    if arguments.ask:
        return getpass.getpass("password: ")
    return ""


def _tell(login: str, given: str, made: str) -> None:
    print(f"{login}: password set, to be changed at the first sign-in" if given else f"{login}: {made}")


def _create(arguments: argparse.Namespace) -> int:
    from django.db import transaction

    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts, staff
    from yipan.platform.people.models import Post

    post = Post.objects.filter(key=arguments.post).first()
    if post is None:
        raise LookupError(f"there is no post {arguments.post!r}; posts are made on screen or come with a pack")
    given = _password(arguments)
    try:
        with transaction.atomic():
            made = staff.register(
                name=arguments.name,
                login=arguments.login,
                phone="",
                post_id=post.pk,
                kind="main",
                employer="",
                actor=records.SYSTEM,
                at=calendar.now(),
            )
            if given:
                _set(made.account.pk, given)
    except (staff.StaffProblem, accounts.BadPassword) as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    _tell(arguments.login, given, made.password)
    return 0


def _set(account_id: int, password: str) -> None:
    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts

    accounts.set_password(account_id, password, actor=records.SYSTEM, at=calendar.now(), must_change=True)


def _reset(arguments: argparse.Namespace) -> int:
    from yipan.platform.people.actions import accounts, staff

    account = _account(arguments.login)
    given = _password(arguments)
    password = given or staff.first_password()
    try:
        _set(account.pk, password)
    except accounts.BadPassword as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    _tell(account.login, given, password)
    return 0


def _lock(arguments: argparse.Namespace) -> int:
    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts

    account = _account(arguments.login)
    accounts.deactivate(account.pk, actor=records.SYSTEM, at=calendar.now(), reason="命令行停用")
    print(f"{account.login}: closed, its sessions end now")
    return 0


def _unlock(arguments: argparse.Namespace) -> int:
    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts

    account, at = _account(arguments.login), calendar.now()
    if not account.is_active:
        accounts.activate(account.pk, actor=records.SYSTEM, at=at, reason="命令行启用")
    accounts.unlock(account.pk, actor=records.SYSTEM, at=at)
    print(f"{account.login}: open")
    return 0


def _second_factor(arguments: argparse.Namespace) -> int:
    from yipan.platform import calendar, records
    from yipan.platform.people import second_factor

    account = _account(arguments.login)
    second_factor.reset(account, actor=records.SYSTEM, at=calendar.now(), reason="命令行重置")
    print(f"{account.login}: binds a new authenticator at the next sign-in")
    return 0


_COMMANDS = {
    "list": _list,
    "create": _create,
    "reset": _reset,
    "lock": _lock,
    "unlock": _unlock,
    "second-factor": _second_factor,
}
