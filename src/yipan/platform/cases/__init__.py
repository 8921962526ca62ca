"""Cases (办件): one handling of one service item for one applicant, from draft to archive.

- ``domain``   states and transition table, clocks, notices: pure decisions
- ``actions``  one use case per module; screens, counter, API, processes and demo data all call these
- ``queries``  every read, with the reader's row rights
- ``process_acts``  what the tasks of a process do to a case
"""
