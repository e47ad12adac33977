"""The demo: a whole Floorpulse on one machine, with nothing to install and nothing to set.

It starts the embedded broker and database, migrates, makes a key, and keeps `http` (ingest and API
on one origin), the engine workers and the model contact centre running as processes of their own:
what dies is started again, broker and database included. Everything lasting lies in one state
folder, from which the next demo goes on. It listens on loopback only. On Ctrl-C it takes no more
events, waits until all accepted ones are counted, and stops, within ten seconds.
"""
