"""What people said: the register of 2024-25, what came in since, and what may be told where."""
