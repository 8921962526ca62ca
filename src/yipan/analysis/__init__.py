"""Set-wise work over tables; the only wing that may import Ibis and DuckDB (in ``frames``, on first use).

- ``setwise``: conditions and decision tables over whole tables, with the very answers they give row by row
"""
