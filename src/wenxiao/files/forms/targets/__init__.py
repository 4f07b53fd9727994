"""Target tables: read to one typed form each."""
