"""The parts of the TrackerRMS simulator; nothing here is shared with the adapter."""
