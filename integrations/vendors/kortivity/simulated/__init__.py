"""The parts of the Kortivity simulator: our guess, and nothing of the adapter's."""
