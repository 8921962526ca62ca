"""Failures in the helpers of these tests are explained like failures in the tests themselves."""

import pytest

pytest.register_assert_rewrite("playing", "situations")
