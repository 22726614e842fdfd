"""The JSON shapes of data.police.uk, a module for each subject. Its clients break on any other shape."""
