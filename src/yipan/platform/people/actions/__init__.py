"""Use cases of people: accounts and passwords, signing in, absence, agents of firms, roles."""
