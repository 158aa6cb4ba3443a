"""How fast it is: real servers on this machine, loopback only, and it stops by itself."""
