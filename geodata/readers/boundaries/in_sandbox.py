"""Reads a boundary file in the sandbox's child: finds its format and its layers, and sends those with the wards."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from geodata.errors import SourceError
from geodata.readers.boundaries.boundary_sources import find_sources, is_wanted, keep_one_format
from geodata.readers.boundaries.choose_layers import choose_layers
from geodata.readers.boundaries.layers_of_sources import find_layers
from geodata.readers.boundaries.messages import BoundaryTask, FeatureBatch, FormatFound
from geodata.readers.boundaries.refuse_incomplete_downloads import (
    MAX_MESSAGE_BYTES,
    refuse_error_document,
    refuse_error_page,
)
from geodata.readers.file_formats import KML, is_postcode_file
from geodata.readers.open_file import open_file
from geodata.readers.supplied_files import open_parts
from geodata.readers.zip_files import is_zip


def read(encoded_task: bytes, folder: Path) -> Iterator[msgspec.Struct]:
    """Send the format and the layers of the boundary file in a source. Raises SourceError."""
    task = msgspec.json.decode(encoded_task, type=BoundaryTask)
    path = Path(task.path)
    _refuse_message_named_zip(path)
    with open_parts(path, None, is_wanted) as parts:
        if not parts:
            _refuse_postcodes(path, task)
            _refuse_inner_archives(path)
        sources = keep_one_format(path.name, find_sources(path.name, parts, task.max_mb), task.layers)
        found = find_layers(path.name, sources, folder, task.max_mb)
        chosen = choose_layers(path.name, found, task, join=sources[0].format == KML)
        left = [layer.name for layer in found if layer not in chosen and not layer.is_empty]
        yield FormatFound(sources[0].format, [layer.name for layer in chosen], left)
        features_left = task.max_features
        for layer in chosen:
            for message in layer.read(features_left):
                if isinstance(message, FeatureBatch):
                    features_left -= len(message.features)
                yield message


def _refuse_message_named_zip(path: Path) -> None:
    """Raise SourceError if a file is no zip, as it is named, but what a server sent in place of one."""
    if path.is_dir() or not is_zip(path):
        return
    with open_file(path) as stream:
        first_bytes = stream.read(MAX_MESSAGE_BYTES)
    refuse_error_page(path.name, first_bytes)
    if first_bytes.lstrip().startswith(b"{"):
        refuse_error_document(path.name, first_bytes)


def _refuse_inner_archives(path: Path) -> None:
    """Raise SourceError if a zip or folder holds only further archives."""
    with open_parts(path, None, lambda name: name.lower().endswith((".zip", ".kmz", ".7z", ".rar"))) as archives:
        if archives:
            message = (
                f"{path.name} holds {archives[0].last_name}, which is packed again. Unpack it, and load what is inside."
            )
            raise SourceError(message)


def _refuse_postcodes(path: Path, task: BoundaryTask) -> None:
    """Raise SourceError, with the command to use, if a zip or folder holds postcodes instead."""
    folder = f"{path.resolve().as_posix()}/"
    with open_parts(path, task.max_mb, lambda name: is_postcode_file(name, folder)) as postcodes:
        if postcodes:
            message = f"{path.name} looks like postcodes. Load it with: finder load postcodes {path.name}"
            raise SourceError(message)
