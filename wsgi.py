"""What gunicorn and the `flask` command load."""

import sys

from config import ConfigurationError, from_environment
from portal.app import create_app

if "gunicorn" not in sys.modules:
    # `flask db` needs it. It would delay the web server's start by 0.6 s and cost it 11 MB.
    import flask_migrate  # noqa: F401

try:
    app = create_app(from_environment())
except ConfigurationError as error:
    sys.exit(f"Interval did not start: {error}")
