"""Everything that a worker answers from: the immutable copy of a publication, how it is built, kept and swapped."""
