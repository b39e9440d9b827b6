"""What a program gets: tokens, REST, SOQL and the Tooling objects."""
