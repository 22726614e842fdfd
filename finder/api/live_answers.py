"""The presenter of the live snapshot, shared by all handlers of the API."""

from finder.api.answer_json import Presenter
from finder.services.find_team import FindTeam
from finder.settings import Settings
from finder.snapshot.live_snapshot import LiveSnapshot


class LivePresenter:
    """Stores one presenter: that of the snapshot requested last."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, settings: Settings) -> None:
        self._live = live
        self.root = settings.public_path
        """What all addresses in answers start with."""
        self.event_domain = settings.event_domain
        self.resolver = resolver
        self._presenter: Presenter | None = None

    @property
    def current(self) -> Presenter:
        """Returns the presenter of the live snapshot, or raises NoLivePublicationError. Read it once a request."""
        snapshot = self._live.current
        if self._presenter is None or self._presenter.snapshot is not snapshot:
            self._presenter = Presenter(snapshot, repr(self.resolver))
        return self._presenter
