"""What can go wrong with arrived letters.

ArrivedLetterNotFound   missing, or not yours: one answer for both
"""

from accounts.errors import NotFound


class ArrivedLetterNotFound(NotFound):
    """Missing, or of an account or a mailbox that the member does not read."""
