"""Files handed in with an act: how far they are read, and what became of them."""
