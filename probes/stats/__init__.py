"""The statistics that probes and gates share."""
