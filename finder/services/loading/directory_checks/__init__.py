"""Checks of the directory.

`row_checks` refuses rows that do not fit each other or the directory. `check_directory` warns of what staff should look
at in the whole directory; each `…_rules` module has its rules on one subject.
"""
