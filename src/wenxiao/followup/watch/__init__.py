"""What follows, as whole frames: money and goals of every dossier in a
window, lit, compared and counted.
"""
