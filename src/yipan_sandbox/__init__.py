"""Reference counterparts of the systems outside the district: a separate program, never imported by yipan."""
