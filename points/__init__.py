"""平安绿币: the green coins, their ledger, and how they are earned.

The *rules* are versioned reference data (``rules.table``); a *claim* says who wants coins for
what, by which rule of which version.  A case that is closed files its own claim, other good deeds
are written down.  A claim passes its *levels*, each another person's; then it is cut to what the
caps leave and waits in its village's line, which is paid from its head as far as funds reach.

A *posting* is one thing that happened (an award, a hand-out, a reversal), with who signed it
and where it comes from.  Its *lines* each move an amount above zero from one *account* (the
debit) to another (the credit), so no posting can be out of balance.  Accounts of households,
places, village budgets and stock are *tracked*: each posting that touches one leaves an
*entry*, its running totals and a hash over all that was written, chained to the one before.
System accounts (where coins come from and go to) are only named in lines.

A *hold* sets coins or goods aside; a *capture* hands them out, whole or in part, a *release*
gives them back, and one hold ends once.  Nothing is ever changed or taken away: a mistake is
undone by a *reversal*, once.  A *seal* is the day's Merkle root over all tracked accounts,
chained to the seal before.

Announces nothing.  Listens to ``grid.events.CaseClosed`` and ``qr.events.ActivityStopped``.
"""
