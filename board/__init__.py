"""What leaders look at: queue figures, the command screen, the safety report.  Still to come.

Announces nothing.  Listens to nothing.
"""
