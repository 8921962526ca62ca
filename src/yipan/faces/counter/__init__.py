"""The home of the service window: today's work without queue numbers, and the way into receiving for a client."""
