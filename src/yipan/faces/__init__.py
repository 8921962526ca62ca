"""Home pages and navigation only: portal, counter, workbench, cockpit, administration."""
