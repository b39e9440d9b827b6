"""What goes wrong on the way, one thing at a time: the run ends in the wanted state or says exactly why not."""
