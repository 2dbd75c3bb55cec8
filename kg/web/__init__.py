"""Pages over a graph, in a browser: every page is also JSON, and CSV where it is a table.

In comes an HTTP request, out goes a page. `server` says where, `kg.serving` who may ask, `app` knows the addresses,
`kg.serving` gives each request to a worker process, `work` answers there with one of `pages`. What a page says of a
graph is made by `kg.api` and `kg.views`; nothing here reads tables by itself or changes a graph, but for `adding`.
"""
