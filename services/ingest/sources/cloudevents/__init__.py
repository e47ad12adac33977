"""CloudEvents of anybody's: types of ours as they are, foreign ones by the table of the source."""
