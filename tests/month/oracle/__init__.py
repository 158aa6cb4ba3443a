"""What had to happen, worked out a second time and on another way than the application does it.

It reads the domain's files and the log of each case, and knows none of the application's rules.
Each room returns sentences about what is not as it should be.
"""
