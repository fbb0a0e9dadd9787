"""The errors of the printing programs; each carries one sentence for a person."""


class PrintingProblem(Exception):
    """Something a person must mend; `sentence` says what was expected, what came and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UnfitJob(PrintingProblem):
    """This job can never print as it is: a broken artifact, wrong media, an unreadable code. Nothing was sent."""


class NotReached(PrintingProblem):
    """The printer could not be reached; nothing of the job was sent."""


class LineCut(PrintingProblem):
    """The line broke or went silent after the first byte: nobody knows what came out."""
