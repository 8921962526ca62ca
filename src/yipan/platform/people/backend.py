"""Which account a session belongs to; passwords are checked by ``actions.accounts``, never here."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from .models import Account

BACKEND = "yipan.platform.people.backend.AccountBackend"


class AccountBackend(BaseBackend):
    """Loads the account with its person (one statement); a closed account has no session any more."""

    def get_user(self, user_id: int) -> Any:
        return Account.objects.select_related("person").filter(pk=user_id, is_active=True).first()
