"""Sources: what vendors' platforms tell, translated into events; a module or folder a vendor.

`source` is the protocol, `registry` the names under which commands find the sources, `stream`
drives one source over one stream of records. A source reads no clock, file or network.
"""
