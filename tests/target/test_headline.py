"""The first test that anybody writes, as the README prints it."""
