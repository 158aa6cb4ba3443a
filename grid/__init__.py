"""The grid queue.  A *case* is the work item made of a report.

A *move* takes it from one *state* to the next; the *owner* has it in hand, the *verifier* is
somebody else who looks whether it is settled and confirms the *finding*.  A *clock* runs to a
deadline; a *pause* stops it; a breached one climbs the *ladder*, one *step* at a time.  A *tile* is
what a resident taps, a *category* what the worker settles on.

An *extension* gives it more time, once; a *question* is put to the resident on the receipt; an
*objection* to a refusal is judged one level up; a *supervisor's call* follows what is not solved.

Announces ``CaseOpened``, ``CaseMoved``, ``CaseClosed``, ``ReportersConcerned`` and
``ReworkSupervised``.  Listens to the last of these itself.
The *table of duty* says who covers which place when; it is a plan, and nobody checks in.  At night
the town's *desk* is called to what is urgent, beside whoever has it.

Announces ``CaseOpened``, ``CaseMoved`` and ``CaseClosed``.  Listens to ``people.AccountClosed``.
"""
