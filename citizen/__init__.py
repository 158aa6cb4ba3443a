"""The resident's front door.

A *report* is what a resident said; its *number* is printed on the *receipt*, and the *secret* in
the receipt's own link opens all of it.  What became of it is the grid's case; residents read it
here as a *timeline*, may *urge*, add to it, *rate* how it went and ask for *rework*.

Announces ``ReportSubmitted``.  Listens to its own announcement, ``grid.CaseMoved`` and
``grid.ReportersConcerned``.
"""
