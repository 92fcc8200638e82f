"""What gunicorn and the `flask` command load."""

import sys

from config import ConfigurationError, from_environment
from portal.app import create_app

try:
    app = create_app(from_environment())
except ConfigurationError as error:
    sys.exit(f"Interval did not start: {error}")
