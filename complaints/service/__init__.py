"""Verbs on complaints.  Nothing else writes the tables of this feature."""

from complaints.service.answering import Contact, answer, name, pass_up, read_contact
from complaints.service.climbing import climb
from complaints.service.filing import File, file, secret_of
from complaints.service.following import not_satisfied, rate
from complaints.service.forgetting import forget_contacts, forget_files
from complaints.service.telling import tell

__all__ = [
    "Contact",
    "File",
    "answer",
    "climb",
    "file",
    "forget_contacts",
    "forget_files",
    "name",
    "not_satisfied",
    "pass_up",
    "rate",
    "read_contact",
    "secret_of",
    "tell",
]
