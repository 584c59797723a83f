"""The parts of the Ashby simulator; nothing here is shared with the adapter."""
