"""What `make run` starts: Redis, web, workers and schedule, restarted when they die.

supervisord keeps the processes (`ops/supervisord.conf`).  This package decides what it is
told (`plan`), looks at what is there already (`machine`), waits until the site answers
(`house`), says where it is (`welcome`), and leaves no process behind.
"""
