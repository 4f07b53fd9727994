"""Forms: the forms of the field, found and read on a grid by their words."""
