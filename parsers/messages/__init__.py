"""What the cluster daemons write, one topic a file, each ending in PATTERNS = (...).

A row of the first modules, in order of name, is tried first: what tells of an operation, and may quote any other
message as its exit reason, stands in action_*.py and agents.py.  An example is a line of a real log, less what is before the message; where we have none, it
is made from the format string in the sources that the module names.
"""
