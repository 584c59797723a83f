"""The parts of the JobAdder simulator; nothing here is shared with the adapter."""
