"""Reference counterparts of the outside systems, over real HTTP: identity, SMS, 粤政易, e-licences, seals, EMS,
lockers, the province's acceptance platform and 好差评.

A separate program: the platform never imports it and knows it by its addresses only. Every system keeps a journal of
what it received (``/<system>/journal``) and has faults to switch on (``POST /<system>/_faults``): error, reject,
timeout, slow, duplicate, reorder. The home page shows both to people.
"""
