"""Set-wise work over tables; the only wing that may import Ibis and DuckDB."""
