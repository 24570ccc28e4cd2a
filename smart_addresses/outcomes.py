"""What becomes of letters to smart addresses, in codes; their words are in web.smart_words."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Of a letter that was taken (ArrivedLetter.outcome). Whatever it is, the letter lies in the mailbox."""

    FILED = "filed"  # to the filing address: it is on the cards of those who take part (K41)
    CREATED = "created"  # cards were made, or it was put on those that are there (K43)
    NOBODY = "nobody"  # nobody from outside takes part: there is nothing to make a card of
    HIDDEN_COPY = "hidden_copy"  # the address does not stand in To or Cc (K45)
    AUTOMATIC = "automatic"  # a program wrote it: an answer of absence, a bounce, a newsletter
    LOOP = "loop"  # it went round in circles
    SENDER_NOT_ALLOWED = "sender_not_allowed"  # G03
    SENDER_NOT_VERIFIED = "sender_not_verified"  # allowed by its From, which is not proven to be the sender's
    TOO_MANY = "too_many"  # strangers have made as many cards as they may in a day
    DELETED = "deleted"  # it was here, and people deleted it for good (K60): the one that does not lie there


class Unreadable(StrEnum):
    """Why a letter that was taken is not in the mailbox (ArrivedLetter.outcome in state `unreadable`)."""

    UNREADABLE = "unreadable"
    TOO_SLOW = "too_slow"
    GAVE_UP = "gave_up"  # filing it failed again and again
