"""Models that are known by name, and the folder of those that are here."""
