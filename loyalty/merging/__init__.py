"""Cards of one person made one, and made two again within a month."""
