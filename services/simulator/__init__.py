"""The model contact centre, and the sender of recorded events.

A discrete-event floor (`domain/`) of customers, queues and agents tells what happens on it as
canonical events: the same scenario, seed and start instant give the same events byte for byte, and
a tally of the truth kept beside them. `simulate` paces the floor and posts its events to a running
Floorpulse; `replay` posts recorded ones. Both send through `feed`, which survives a restarting
server: what was not acknowledged is sent again, and duplicates are harmless by design.

Imports point one way: simulate | replay → show → feed | recorded | pace → answers → options →
domain → contracts.
"""
