"""What stands somewhere on the map."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.domain import coordinates


class Positioned:
    """A position, or none; as a whole it is read and written the way people type it."""

    latitude: Mapped[float | None] = mapped_column()
    longitude: Mapped[float | None] = mapped_column()

    @property
    def position(self) -> str:
        """Latitude and longitude as they are typed; empty when they are not known."""
        return coordinates.written(self.latitude, self.longitude)

    @position.setter
    def position(self, text: str) -> None:
        """Store what was typed, or nothing."""
        self.latitude, self.longitude = coordinates.parse(text) if text else (None, None)
