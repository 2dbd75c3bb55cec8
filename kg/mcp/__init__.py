"""The graph for assistants: tools and resources of the Model Context Protocol, over stdio or HTTP.

A call comes in as JSON, a page of at most 12,000 characters goes out, each claim with its evidence id. `tools` answers
and knows nothing of the protocol, `work` runs it in a process that can be ended (`kg.serving`), `server` speaks the
protocol (SDK `mcp`). Nothing here writes to the graph.
"""
