"""What servers of a graph share: who may ask over HTTP, processes that answer, each in its time, a graph that changes.

A request goes to a function in another process, its answer comes back, or a sentence on why not. Nothing here knows
what is asked or what is answered.
"""
