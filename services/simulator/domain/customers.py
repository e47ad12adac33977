"""Customers: they arrive, wait, give up or are answered, are passed on, and are called back."""

from simpy.events import ProcessGenerator

from floorpulse.simulator.domain.aftermath import Aftermath
from floorpulse.simulator.domain.demand import SLOT, actual, arrivals, mixes
from floorpulse.simulator.domain.exits import Exit, exit_of
from floorpulse.simulator.domain.hall import Hall
from floorpulse.simulator.domain.scenarios import Queue
from floorpulse.simulator.domain.spans import ModelSpan
from floorpulse.simulator.domain.stays import Conversation, ModelStay, Ticket

CALLED_BACK_AFTER = ModelSpan(1_200, 0.5)
SWITCHING = ModelSpan(2, 0.3)


class Customers:
    """Everybody who gets in touch; each stay in a queue is a process of its own."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._rng = hall.chance("customers")
        self._after = Aftermath(hall)
        self._contacts = 0

    def come(self) -> ProcessGenerator:
        """New contacts, without end."""
        hall = self._hall
        queues = hall.scenario.queues
        by_slot = mixes(hall.scenario)
        for after in arrivals(hall.chance("arrivals"), actual(hall.scenario), hall.opening):
            yield hall.pause(after - int(hall.env.now))
            self._enter(
                self._rng.choices(queues, cum_weights=by_slot[hall.time_of_day() // SLOT])[0],
                f"customer-{self._rng.randrange(hall.scenario.customers)}",
            )

    def part(self, conversation: Conversation) -> None:
        """A conversation ended and was not passed on: what follows from it."""
        self._after.served(conversation)

    def pass_on(self, stay: ModelStay, queue: Queue) -> None:
        """An agent transferred the contact: it will make a further visit."""
        self._hall.env.process(self._arrive_later(stay, queue))

    def _enter(self, queue: Queue, customer: str) -> None:
        self._contacts += 1
        hall = self._hall
        contact = f"{hall.scenario.name}-{hall.seed}-{hall.start}-{self._contacts}"
        hall.env.process(self._visit(ModelStay(contact, 1, queue, customer, hall.now())))

    def _arrive_later(self, stay: ModelStay, queue: Queue) -> ProcessGenerator:
        yield self._hall.pause(SWITCHING.draw(self._rng))
        yield from self._go_on(stay, queue)

    def _go_on(self, stay: ModelStay, queue: Queue) -> ProcessGenerator:
        """The contact makes a further stay."""
        following = stay.visit + 1
        yield from self._visit(
            ModelStay(stay.contact, following, queue, stay.customer, self._hall.now())
        )

    def _visit(self, stay: ModelStay) -> ProcessGenerator:
        hall = self._hall
        hall.scribe.offered(stay)
        leaving = exit_of(
            self._rng, stay.queue, crowded=hall.desk.length(stay.queue) >= stay.queue.room
        )
        ticket = Ticket(stay, hall.env.event())
        agent = hall.desk.join(ticket)
        if agent is not None:
            agent.called.succeed(ticket)
            return
        yield ticket.taken | hall.pause(leaving.after)
        if not ticket.taken.triggered:
            hall.desk.leave(ticket)
            self._go(stay, leaving)

    def _go(self, stay: ModelStay, leaving: Exit) -> None:
        if leaving.reason is None:
            self._hall.scribe.abandoned(stay)
            self._after.unserved(stay)
            return
        self._hall.scribe.left(stay, leaving.reason)
        if leaving.reason == "callback":
            self._hall.env.process(self._call_back(stay))

    def _call_back(self, stay: ModelStay) -> ProcessGenerator:
        yield self._hall.pause(CALLED_BACK_AFTER.draw(self._rng))
        yield from self._go_on(stay, self._hall.scenario.queue("callback"))
