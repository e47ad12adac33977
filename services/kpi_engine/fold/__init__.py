"""The fold: events into visits, visits into panes, of one partition; pure and synchronous."""
