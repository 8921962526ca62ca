"""The composition root: settings, command line, database launcher, supervisor.

Imports every wing; no wing imports it.
"""
