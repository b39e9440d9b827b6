"""What is so in an org, and its rules: users, apps, sessions, rights, refreshes. Knows nothing of HTTP."""
