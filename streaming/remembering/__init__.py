"""Visual memory: what was seen, kept so that it can be found again.

One SQLite database with a full-text index (FTS5) holds the memories of all sessions of one server:
in memory only unless the operator names a folder. Blocking work happens in one thread that
``keeper.MemoryKeeper`` owns; the event loop never waits for a disk.

- ``entries``: what goes in and what comes out; ``limits``: how much is kept, and for how long
- ``words``: text as words to index, a person's question as a query that cannot go wrong
- ``database``: opens the file, privately, or says why not
- ``writing``, ``searching``, ``retention``, ``erasing``: the statements
- ``store``: all of it behind one blocking object, which survives a disk that fails
- ``buffer``, ``keeper``: the way there from the event loop
- ``thumbnails``: small pictures

Who sees what: without a folder a session recalls only what it saw itself. With one, every session
of the server recalls what any of them ever saw, as in one household; a server that strangers
share should keep its memory per session (``Scope``).

On disk the memories are as safe as the disk is. The folder, where it is made here, and the files
are the owner's alone, but they are not encrypted: put them on an encrypted disk where that matters.
Erasing overwrites what SQLite kept; it cannot reach into backups, snapshots of the file system, or
blocks that an SSD has set aside.
"""
