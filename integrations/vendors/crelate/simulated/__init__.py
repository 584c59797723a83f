"""The parts of the Crelate simulator; nothing here is shared with the adapter."""
