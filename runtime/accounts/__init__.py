"""Who people are: users, departments, roles, sessions, tokens. May import L0 only."""
