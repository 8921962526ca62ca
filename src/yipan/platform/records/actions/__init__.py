"""What people may do with records: erase an act's payload, send a dead letter again."""
