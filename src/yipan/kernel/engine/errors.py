"""Why a step could not be made. Texts are Chinese and fit on a screen."""


class EngineError(Exception):
    """The model cannot go on: no branch fits, two branches write one variable, an endless loop …

    ``code`` names the kind of fault, ``element`` where it happened."""

    def __init__(self, code: str, message: str, element: str = "") -> None:
        self.code = code
        self.element = element
        super().__init__(message)


class Refused(Exception):
    """What somebody asked for is not possible now; the state is unchanged. ``code`` names the rule."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
