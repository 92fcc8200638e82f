"""A clinic's own scale, from the lines somebody types to a definition that waits for the medical director."""
