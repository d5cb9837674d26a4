"""A verified fake of Microsoft Graph's cloud-communications calls."""
