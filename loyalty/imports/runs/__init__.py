"""Imports that somebody has asked for in the admin: looked through and written by a worker."""
