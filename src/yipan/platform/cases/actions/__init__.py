"""One use case per module: check the right and the state → do it → record the act → queue the effects."""
