"""What servers of a graph share: processes that answer requests, each in its time, and a graph that changes meanwhile.

A request goes to a function in another process, its answer comes back, or a sentence on why not. Nothing here knows
what is asked, over which protocol, or what is answered.
"""
