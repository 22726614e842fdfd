"""The service: a postcode comes in, a neighbourhood team goes out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("neighbourhood-finder")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+checkout"
