"""Permission recipes, as data: what the Run As user of a known integration needs."""
