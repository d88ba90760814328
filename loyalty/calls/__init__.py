"""The call list: what puts a task on it, who works on it, what comes of it."""
