"""Channels: each writes a message as its service wants it, and judges what that service answers.

Message ─► channel (one file each) ─► transport: guard, rate, time limits ─► service
                                                    Delivery ◄─ judged ◄─ Answer ◄──┘
"""
