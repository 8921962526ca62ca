"""A file that is not accepted."""


class Rejected(Exception):
    """The text is Chinese and says why and what to upload instead."""
