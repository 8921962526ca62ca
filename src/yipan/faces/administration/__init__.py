"""The home of those who keep the installation: what can be managed, and whether everything is well."""
