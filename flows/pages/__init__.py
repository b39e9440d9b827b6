"""Salesforce's pages: where things are on them, and how they are read, set and committed."""
