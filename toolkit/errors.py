"""The one exception that a user is meant to see."""


class ToolkitError(ValueError):
    """Something the user can put right; the message names what, where and the cure, in one line."""
