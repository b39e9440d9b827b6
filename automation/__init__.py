"""What runs the documented procedure: commands, login, delivery, the scheduled job, reports, and the replica of an org."""
