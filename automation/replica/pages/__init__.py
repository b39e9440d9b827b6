"""What a browser gets: login, verification, Setup and the page of key and secret."""
