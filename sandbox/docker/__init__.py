"""The docker backend: one warm container a slot, driven over its standard streams.

`fleet` is what the containers of a server have in common, `place` drives one, made by `container`
and reached by `stream`. In the container: `agent`, then `nested` or `bare`.
"""
