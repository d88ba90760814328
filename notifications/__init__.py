"""Messages: outbox, relay, channels, templates. Knows nothing about points."""
