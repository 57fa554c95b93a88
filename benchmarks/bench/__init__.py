"""``make bench``: ours beside the usual designs, in turns, with tables and plots."""
