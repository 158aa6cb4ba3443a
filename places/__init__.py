"""One place, one code: checklists, monthly self-checks, the colour a place shows.  Still to come.

Announces nothing.  Listens to nothing.
"""
