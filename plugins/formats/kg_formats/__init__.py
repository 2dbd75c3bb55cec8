"""Formats with few users, found by entry points: how `kg` reads them."""
