"""The words in other languages that somebody has to answer for: who read them, and which nobody has yet."""
