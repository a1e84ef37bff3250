"""How the web app's table came to be what it is."""
