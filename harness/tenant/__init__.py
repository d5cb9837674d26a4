"""The tenant that is recorded: what the environment says of it, signing in, and what is missing for recording."""
