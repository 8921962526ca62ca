"""Yipan (一盘棋): the platform on which a district government runs, watches and redesigns its work."""

__version__ = "0.1.0"
