"""What a person at the terminal is told in words instead of a traceback."""


class EmbeddedError(Exception):
    """Printed as it is; the command ends with exit status 1."""
