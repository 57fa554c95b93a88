"""What the operator sees: figures over time, sessions, recent problems; behind their own token."""
