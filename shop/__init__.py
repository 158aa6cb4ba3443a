"""The village's coin shop (绿币超市): its gifts and what is in stock; later the exchange day.

A *gift* has a price in coins, never in money: nothing is sold.  What is there is a ledger account
of its own (points), so nobody edits a number in place: goods come in, are handed out, spoil, go
back or are counted, each as a posting that somebody signs.

Announces nothing.  Listens to nothing.
"""
