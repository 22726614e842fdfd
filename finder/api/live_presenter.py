"""The presenter of the live snapshot, shared by all handlers of the API."""

from finder.api.presenter import Presenter
from finder.services.find_team import FindTeam
from finder.snapshot.live import LiveSnapshot


class Current:
    """Keeps one presenter: that of the snapshot last asked for."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam) -> None:
        self._live = live
        self.resolver = resolver
        self._presenter: Presenter | None = None

    @property
    def presenter(self) -> Presenter:
        """Encodes answers from the live snapshot; raises NoLivePublicationError. Take it once a request."""
        snapshot = self._live.current
        if self._presenter is None or self._presenter.snapshot is not snapshot:
            self._presenter = Presenter(snapshot, repr(self.resolver))
        return self._presenter
