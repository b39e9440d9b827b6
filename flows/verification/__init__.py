"""Getting through Salesforce's login and verification pages, at the login and before key and secret."""
