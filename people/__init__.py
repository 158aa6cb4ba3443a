"""The area tree, the people in it, which hats staff wear where, and how anybody signs in.

An *area* is a district, town, village, grid or micro-grid; its code says where it lies.
A *membership* is a hat: one person, one role, one area.  A *household* owns what its members earn.

Announces ``HouseholdSplit``, ``HouseholdsMerged``, ``HouseholdMoved``, ``HouseholdClosed``,
``HouseholdTableSent``, ``HouseholdPartDue`` and ``AccountClosed``.  Listens to its own
``HouseholdTableSent`` and ``HouseholdPartDue``.
"""
