"""Floorpulse: live, exact KPIs for contact-centre floors."""
