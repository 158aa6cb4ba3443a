"""The whole life of many cases over a month with nights, a holiday, no-shows and an outage.

``play`` lives it with the real services, the real outbox and the real schedule; ``oracle`` works
out anew, from the files of the domain and what was written down, what had to happen.
"""
