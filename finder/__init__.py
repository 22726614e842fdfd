"""The service: a postcode comes in, a neighbourhood team goes out."""

__version__: str


def __getattr__(name: str) -> str:
    """The version, looked up when it is first asked for: that takes longer than many a command has to wait."""
    if name != "__version__":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        found = version("neighbourhood-finder")
    except PackageNotFoundError:  # run from a checkout that was never installed
        found = "0+checkout"
    globals()["__version__"] = found
    return found
