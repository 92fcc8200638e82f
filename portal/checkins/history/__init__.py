"""Reading a diary that a patient kept elsewhere: bytes in, entries and accounted-for rows out. Everything is pure."""
