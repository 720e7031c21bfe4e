"""The tests of the light install, which has no torch, with every supported Python that is found."""

import nox

nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.11", "3.12", "3.13"])
def light(session: nox.Session) -> None:
    """Install the pinned light requirements and run the tests that need no torch."""
    session.install("--require-hashes", "-r", "requirements/test-light.txt")
    session.install("--no-deps", "--no-build-isolation", ".")
    session.run("python", "-m", "pytest", "-q", "-m", "not full", "-n", "2", *session.posargs)
