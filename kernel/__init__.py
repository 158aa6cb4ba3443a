"""The ground every feature stands on: storage, time, chance, access, outbox, media, refusals.

Nothing here knows what the application is for.  If a sentence about a kernel
module needs the word "report" or "coin", the code belongs in a feature.
"""
