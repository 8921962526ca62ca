"""The citizens' home: search, what to do, hot items, announcements, progress, the elderly version.

Home pages and navigation only: every service behind them is a page of a room. Content comes from packs
(``portal/portal.yaml``); an entry whose page does not exist is not shown.
"""
