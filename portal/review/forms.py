"""What the caseload asks."""

from flask_babel import lazy_gettext as _l

from portal.web.fields import Form, StringField


class SearchForm(Form):
    """Finding a patient by name; sent in the body, because names do not belong in addresses."""

    name = StringField(_l("Find by name"), longest=100, missing=_l("Enter part of a name"))
