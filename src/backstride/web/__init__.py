"""The web app: a door. Pages read what a person sends, call verbs, and show what they say; they judge nothing."""
