"""Many clusters: an index of what a fleet's bundles tell, questions to it, and one page over all.

A bundle is analysed once, by the same function on this machine's cores or on a Dask cluster; what comes of it are
rows of Parquet tables (`rows.py`), which any tool reads.  docs/fleet.md describes the layout.
"""
