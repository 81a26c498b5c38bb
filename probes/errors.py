"""Faults: what can a user mend, and what does a probe lack?"""


class AuditError(Exception):
    """Faults in what the user gave, each a sentence: what is wrong, where, the value, what to do.

    The command line prints the sentences without a traceback and exits with code 2.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Skip(Exception):  # noqa: N818 - not an error: a probe says why it has nothing to measure
    """Raised by a probe that has nothing to measure; the message is the reason shown to the reader."""
