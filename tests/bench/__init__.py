"""``make bench``: what the product does in a second, beside what the machine could do."""
