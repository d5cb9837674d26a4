"""The project below is another one, with tests of its own."""

collect_ignore = ["project"]
