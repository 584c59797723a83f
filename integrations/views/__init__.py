"""The pages: connections, settings of jobs, exports and decisions, badges."""
