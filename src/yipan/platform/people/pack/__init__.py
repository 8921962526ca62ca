"""Pack folder ``people``: regions, units, roles, posts; in demo packs also persons, residents and firms."""
