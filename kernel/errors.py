"""Refusals: the ways this application says no."""


class Refusal(Exception):
    """A rule said no: 400.

    The message is written for the person who asked, in Chinese, so it never
    carries an id, a table name or another person's data.  What varies in it is
    named, ``%(most)s``, and handed in as a keyword: the sentence itself stays one
    that a catalogue can hold.
    """

    def __init__(self, sentence: str = "", **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class NotFound(Refusal):
    """There is no such thing, or none this person may know of: 404."""


class NotAllowed(Refusal):
    """The thing exists, but this person may not do that to it: 403."""


class Conflict(Refusal):
    """The request made sense a moment ago; the facts have moved on since: 409."""


class TooLarge(Refusal):
    """More was sent than is taken: 413."""


class TooMany(Refusal):
    """The same was tried too often; it may be tried again later: 429."""


class Unavailable(Refusal):
    """Something this needs is out of reach for the moment: 503."""


class Unwanted(Unavailable):
    """Whoever was asked took it for a mistake: to ask again would change nothing."""
