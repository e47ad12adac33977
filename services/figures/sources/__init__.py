"""Who tells events, who fell silent, and which figures stand because of it."""
