"""Green coins: ledger, rules, claims and their reviews, activities, gifts.  Still to come.

Announces nothing.  Listens to nothing.
"""
