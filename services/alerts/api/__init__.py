"""HTTP: alerts, silences, who is on call, the page; and what others post."""
