"""Apps called in process, without a socket."""
