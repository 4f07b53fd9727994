"""What this product changes of Django's own commands."""
