"""Pages of the admin that bring patients, receipts and prices from a file: upload, look through, write."""
