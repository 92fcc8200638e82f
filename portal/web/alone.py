"""Pages that stand when the database does not: drawn without the clinic's name, the reader, or anything looked up."""

from typing import Any

from flask import current_app


def render_alone(template: str, **values: Any) -> str:
    """Return a page drawn without the app's context processors, which ask the database."""
    return current_app.jinja_env.get_template(template).render(values)
