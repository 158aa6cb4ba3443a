"""Complaints about us (投诉建议, category 9901).

A resident says what is wrong with a worker, a desk, the town, the district or the application
itself; no account, code or script is needed.  The *desk* one level above answers within five
working days; whoever is complained of, their kin and their level never see it.  What nobody
answers in time goes up one level, once; so does what the resident is not satisfied with, once.

A complaint costs nobody a coin and counts against nobody.
"""
