"""What the district's IT person does: backups, restoring, inspections, retention, the state of it.

A *backup* is one file with every table and every picture and voice, and a *manifest* that says what
must be in it.  It stands above all features, because it runs their own forgetting.

Announces nothing.  Listens to nothing.
"""
