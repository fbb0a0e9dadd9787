"""Labels and papers.

A template turns data into a `Layout` in millimetres (`canvas`); `page` places it in whole dots of one printer and holds
the barcode rules; three writers draw the placed page: `bitmap` (1-bit picture), `zpl` (native text and bars), `pdf`.
`readback` reads a finished bitmap with another library than the one that wrote it. Papers are Typst files with data as
JSON. `design` makes a label from blocks that the office put together, `label_run` many labels at once, `carrier_paper` fits
what carriers send. Drawing is values in, values out; only designs are kept in a table (`store`, `routes`). The door for other
modules is `api`.
"""
