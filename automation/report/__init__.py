"""What a run came to, for people and programs: console, JSON, JUnit and the page of a run or of many orgs."""
