"""The JSON shapes of the data.police.uk API."""
