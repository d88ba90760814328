"""Reports: what the clinics want to know of points and receipts. One report is one class in `catalogue/`."""
