"""Says what a load of the directory would change for residents, before it is published."""

from finder.domain.directory import Directory
from finder.domain.directory_changes import compare_directories
from finder.domain.next_dates import next_dates_of_changed
from finder.domain.release import Part
from finder.services.loading.release_draft import ReleaseDraft


def describe_changes(draft: ReleaseDraft, live: Directory, new: Directory) -> None:
    """Sets the rows that differ from the live ones and, if surgeries are loaded, the next dates of those that recur."""
    draft.changes = compare_directories(live, new)
    today = draft.job.today
    if today is not None and any(part is Part.SURGERIES for part, _ in draft.job.files):
        draft.recurrences = next_dates_of_changed(live, new, today)
