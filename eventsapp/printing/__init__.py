"""Paper: turns what a printout says, in plain values, into a PDF by Typst. Knows no database and no request."""
