"""Pages as a browser reads them, so that a test of markup holds whatever
the layout of the template.
"""

from template_sense import browsed

__all__ = ["browsed"]
