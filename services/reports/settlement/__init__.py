"""Settlements: frozen, kept, verified, corrected by credit notes."""
