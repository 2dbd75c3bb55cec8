"""From files to a store: papers are read, extracted, linked and put into works, on this machine or a cluster.

A graph is rebuilt, linked again and verified here too. Nothing here knows questions or pages.
"""
