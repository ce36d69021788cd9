"""Prints process IDs of a home folder: `processes.py HOME server` lists the servers, `processes.py HOME editor` the others."""

import pathlib
import sys

home, kind = sys.argv[1:]
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        own = f"HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0")
        server = (process / "cmdline").read_bytes().split(b"\0")[1:2] == [b"lsp"]
        ended = (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        continue
    if own and not ended and server == (kind == "server"):
        print(process.name)
