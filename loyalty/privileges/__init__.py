"""Privileges for points: the catalogue, buying a code, using it on a receipt, giving back what nobody used."""
