"""One thread reads; every question has a topic and a generation, and an answer that came too late is dropped."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from mlcockpit.errors import CockpitError

if TYPE_CHECKING:
    from mlcockpit.services.cockpit import Cockpit

Post = Callable[[Callable[[], Awaitable[None]]], object]
"""Hands a coroutine function to the thread of the interface."""


@dataclass(frozen=True)
class Trouble:
    """Why something could not be read or done."""

    what: str
    hint: str = ""
    exit_code: int = 4

    def __str__(self) -> str:
        return f"{self.what}: {self.hint}" if self.hint else self.what


@dataclass(frozen=True)
class _Question:
    topic: str
    generation: int
    ask: "Callable[[Cockpit], Any]"
    answered: Callable[[Any], Any]
    failed: Callable[[Trouble], None]


def trouble_of(error: Exception) -> Trouble:
    """Return an exception as words, without its locals: they may hold tokens."""
    if isinstance(error, CockpitError):
        return Trouble(error.what, error.hint, error.exit_code)
    return Trouble(f"{type(error).__name__}: {error}", "this is a fault of mlcockpit; the rows before it are kept")


class Reader:
    """Asks one open project, one question after the other, off the thread of the interface."""

    def __init__(self, opener: "Callable[[], Cockpit]", post: Post) -> None:
        self._opener = opener
        self._post = post
        self._queue: SimpleQueue[_Question | None] = SimpleQueue()
        self._newest: dict[str, int] = {}
        self._lock = Lock()
        self._thread = Thread(target=self._work, name="reader", daemon=True)
        self._cockpit: Cockpit | None = None
        self._open = 0
        self.waited = 0.0
        """Seconds that the last question took."""

    def start(self) -> None:
        """Begin; until now nothing was imported or opened."""
        self._thread.start()

    def ask(
        self,
        topic: str,
        ask: "Callable[[Cockpit], Any]",
        answered: Callable[[Any], Any],
        failed: Callable[[Trouble], None],
    ) -> None:
        """Put a question; it takes the place of every older one with the same topic."""
        with self._lock:
            generation = self._newest.get(topic, 0) + 1
            self._newest[topic] = generation
            self._open += 1
        self._queue.put(_Question(topic, generation, ask, answered, failed))

    @property
    def is_idle(self) -> bool:
        """Tell whether every question has been answered or dropped."""
        with self._lock:
            return self._open == 0

    def forget(self, topic: str) -> None:
        """Drop whatever was asked under this topic."""
        with self._lock:
            self._newest[topic] = self._newest.get(topic, 0) + 1

    def close(self) -> None:
        """End the thread and give back the project."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _is_current(self, question: _Question) -> bool:
        with self._lock:
            return self._newest.get(question.topic) == question.generation

    def _work(self) -> None:
        while (question := self._queue.get()) is not None:
            if self._is_current(question):
                self._answer(question)
            else:
                self._done()
        if self._cockpit is not None:
            self._cockpit.close()

    def _answer(self, question: _Question) -> None:
        began = time.monotonic()
        try:
            if self._cockpit is None:
                self._cockpit = self._opener()
            answer = question.ask(self._cockpit)
        except Exception as error:  # noqa: BLE001  (the border of the worker: the interface lives on)
            trouble = trouble_of(error)
            self._post(lambda: self._deliver(question, lambda: question.failed(trouble)))
            return
        self.waited = time.monotonic() - began
        self._post(lambda: self._deliver(question, lambda: question.answered(answer)))

    async def _deliver(self, question: _Question, hand_over: Callable[[], Any]) -> None:
        try:
            found = hand_over() if self._is_current(question) else None
            if isinstance(found, Awaitable):
                await found
        finally:
            self._done()

    def _done(self) -> None:
        with self._lock:
            self._open -= 1
