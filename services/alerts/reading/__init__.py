"""Incidents, notices, silences and rotas as people read them; nothing here changes anything."""
