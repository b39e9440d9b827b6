"""No secret is anywhere but where it was delivered: every byte that a run wrote or printed is searched."""
