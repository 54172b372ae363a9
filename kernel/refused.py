"""The one way in which a rule says no to a person."""


class Refused(Exception):
    """A decision that the rules do not allow.

    `code` is a stable identifier for programs, `message` a Chinese sentence for the person, `field` the name of the
    input that is wrong, `remedy` what to do next. None of them repeats the offending value.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.remedy = remedy
