"""What a person calls the browser they signed in with. Pure."""

# In this order: most browsers claim to be several of these.
_BROWSERS = (
    ("Edge", ("Edg/", "EdgA/", "EdgiOS/")),
    ("Opera", ("OPR/",)),
    ("Samsung Internet", ("SamsungBrowser/",)),
    ("Firefox", ("Firefox/", "FxiOS/")),
    ("Chrome", ("Chrome/", "CriOS/")),
    ("Safari", ("Safari/",)),
)
_SYSTEMS = (
    ("iPhone", ("iPhone",)),
    ("iPad", ("iPad",)),
    ("Android", ("Android",)),
    ("Windows", ("Windows",)),
    ("ChromeOS", ("CrOS",)),
    ("Mac", ("Macintosh",)),
    ("Linux", ("Linux",)),
)


def describe(user_agent: str) -> str:
    """Return a browser and the system it runs on, like "Firefox, Android"; "" where neither is known."""
    found = (
        next((name for name, marks in table if any(mark in user_agent for mark in marks)), "")
        for table in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)
