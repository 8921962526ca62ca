"""The sub-commands of ``yipan``; each module has ``add_arguments(parser)`` and ``run(arguments) -> exit code``."""
