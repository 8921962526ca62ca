"""Receipts written by hand while the platform could not be reached, entered later (补录), visible as such.

The number comes from a book of numbers that were set aside beforehand; the applicant's time is that of the paper, so
the clock starts when he handed in. Against 线下办理、线上录入: nothing before the book, nothing out of the order of its
numbers, and what is entered late is told to those who watch (sheet 22 f15).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

DAYS = 2  # working days within which a receipt written by hand is entered [model]


class ReceiptRefused(Exception):
    """A receipt that cannot be entered so; the text says why."""


@dataclass(frozen=True, slots=True)
class PaperReceipt:
    """What the clerk reads off the paper: its number and when it was written."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """Another receipt of the same book: its place in the series and when it was written."""

    value: int
    number: str
    at: datetime


def check(receipt: PaperReceipt, value: int, *, book_since: datetime, others: Iterable[Entered], now: datetime) -> None:
    """Raises ReceiptRefused: in the future, before its book, or out of the order of the numbers."""
    if receipt.at > now:
        raise ReceiptRefused("手工收件时间不能晚于现在。")
    if receipt.at < book_since:
        raise ReceiptRefused("手工收件时间早于这本凭证的领取时间，请核对凭证上的时间。")
    for other in others:
        if other.value < value and other.at > receipt.at:
            raise ReceiptRefused(f"前一号凭证 {other.number} 的收件时间比这一号还晚，请核对凭证上的时间。")
        if other.value > value and other.at < receipt.at:
            raise ReceiptRefused(f"后一号凭证 {other.number} 的收件时间比这一号还早，请核对凭证上的时间。")
