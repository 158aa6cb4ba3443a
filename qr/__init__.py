"""Printed codes: what hangs where, and where a scan of it leads.

A *code* is one printed token.  Its *kind* says what it stands for (a spot, a shop,
a household …), its *state* how far it has come, and a scan of it means one of four
things (``rules.Meaning``).  A code that was replaced leads on to its successor; a
revoked one explains itself.  The *check word* is printed under the code and shown
on the page, so that a label moved or copied elsewhere is noticed; the *spot number*
is what somebody who cannot scan says on the telephone.

An *activity* has a code that moves: a screen shows it anew every minute, and who scans it
signs in.

A code on its wall is *hung* by an installer and found *sound* by whoever passes; what
anybody says is wrong with it is a *trouble*, which ends when the code is hung anew, found
sound, replaced or revoked.  Scans are counted by code and week, never by who scanned.

Announces ``ActivityAttended``.  Listens to ``people.HouseholdClosed``, ``HouseholdsMerged``
and ``HouseholdMoved``.
"""
