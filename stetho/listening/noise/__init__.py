"""Noise of the surroundings: cancelled by the ambient channel where a device has one, thinned out by its spectrum where not."""
