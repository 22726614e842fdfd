"""The sandbox: untrusted files are read in a separate process that has limits.

A supplied file may be made to attack the library that reads it, such as GDAL. So a load does not open supplied files
itself. `start_child.py` starts a process (`child.py`) to run one reader on one file. The child limits what
it may use: memory, processor time, open files, and the size of what it writes. It has a folder of its own and an
environment without secrets. The parent also limits the time by the clock and the bytes that it accepts. The child ends
when the parent ends, for any reason, and its folder is removed.

The child sends MessagePack messages (`protocol.py`), which the parent decodes to fixed types as they arrive. Nothing in
a message is executed.

The sandbox knows none of the readers. They are `in_sandbox.py` for boundaries and for postcodes, and the readers of
CSV files and workbooks in `finder/directory_files`.
"""
