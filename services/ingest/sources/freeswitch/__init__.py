"""FreeSWITCH's mod_callcenter as events."""
