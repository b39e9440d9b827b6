"""Facts about Salesforce that need no org: its host names and its record ids."""
