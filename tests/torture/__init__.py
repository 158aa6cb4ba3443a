"""The ledger under torture: writers that post, and somebody who kills whatever they post to.

``python -m tests.torture`` (``make torture``) is the long run; the suite lives a few seconds of it
(tests/live/test_ledger_torture.py).  What every writer wished and was told is written down outside
the database (journal.py) and compared with what is in it afterwards (checks.py).
"""
