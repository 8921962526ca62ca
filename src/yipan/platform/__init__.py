"""What every service needs, once. Rooms stand in import order; see docs/architecture.md."""
