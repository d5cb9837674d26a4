"""The call model: Graph's nouns and rules as values and functions. No Flask, network, files, clock or random."""
