"""Places that stand in for those whose programs sleep: a sleeper has no use for its core.

As many places count as there are slots. One whose program sleeps while calls wait does not count as
long as another stands in for it, which is started when first needed and ended when no call waits.
"""

from collections.abc import Sequence

from sandbox.place import Place


class Reserve:
    """Keeps account of who stands in for whom.

    Args:
        spares: places that may be started when they are needed.
    """

    def __init__(self, spares: Sequence[Place]) -> None:
        self.spares = list(spares)
        self._resting = list(spares)
        self._dozing: list[Place] = []
        self._away: list[Place] = []

    def doze(self, place: Place) -> None:
        """The program at a place sleeps."""
        if place not in self._dozing and place not in self._away:
            self._dozing.append(place)

    def stand_in(self) -> Place | None:
        """A place that counts from now on, instead of one whose program sleeps.

        None where no program sleeps or no place is left.
        """
        if not self._dozing or not self._resting:
            return None
        self._away.append(self._dozing.pop(0))
        self._resting.sort(key=lambda place: place.alive)  # the last one is taken
        return self._resting.pop()

    def give_up(self, spare: Place) -> Place | None:
        """A stand-in can't be started, and never will be: who counts in its place, if any is free.

        Where none is free, one whose program sleeps counts again once that has ended.
        """
        self.spares.remove(spare)
        if self._away:
            self._away.pop()
            return None
        return self._resting_regular() or self._take([p for p in self._resting if p.alive])

    def awake(self, place: Place, free: Sequence[Place]) -> tuple[Place | None, Place | None]:
        """The program at a place has ended: who is to be free now, and who stands in no more.

        Args:
            place: the place.
            free: those that are free already.
        """
        if place in self._dozing:
            self._dozing.remove(place)
        if place in self._away:
            self._away.remove(place)
            idle = next((other for other in free if other in self.spares), None)
            if idle is None or place in self.spares:
                self._resting.append(place)
                return None, None
            return place, idle
        if place in self.spares and (regular := self._resting_regular()):
            return regular, place
        return place, None

    def rest(self, spare: Place) -> None:
        """It may be asked to stand in again."""
        self._resting.append(spare)

    def idle(self) -> list[Place]:
        """Spares that are started for nothing; they must be given back (`rest`) when ended."""
        found = [place for place in self._resting if place.alive and place in self.spares]
        self._resting = [place for place in self._resting if place not in found]
        return found

    def _resting_regular(self) -> Place | None:
        return self._take([place for place in self._resting if place not in self.spares])

    def _take(self, places: Sequence[Place]) -> Place | None:
        for place in places:
            self._resting.remove(place)
            return place
        return None
