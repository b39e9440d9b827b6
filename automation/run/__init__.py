"""One run on one org: the command's entry, the attempts, the guards, the lock, and the person before a visible browser."""
