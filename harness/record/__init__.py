"""Recording: keeping what passes between a bot and Graph, and making sure of it."""
