"""Messages, recipients, deliveries and channels. May import L0-L5."""
