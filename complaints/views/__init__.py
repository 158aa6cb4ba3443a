"""The pages of complaints: the form and the receipt for residents, the desk for staff."""

from complaints.views import desk, form, receipt
from complaints.views.blueprint import pages

__all__ = ["desk", "form", "pages", "receipt"]
