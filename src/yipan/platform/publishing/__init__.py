"""Publishing: installs packs of content as immutable versions, exports and compares them.

Every room registers a loader for its folder in ``yipan.kernel.packs``; this room orders packs and files, refuses a
pack with findings before anything is written, and keeps what was installed byte for byte, so that it can be exported
and compared later.
"""
