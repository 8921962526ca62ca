"""The device bridge: a small program on a clerk's computer that lets counter pages use its scanner, card reader,
signature pad and slip printer (decision 0005). It answers on the loopback address only, to the origins and the pairing
token it was installed with. Without devices it simulates them, with a page on which their state is set.
"""
