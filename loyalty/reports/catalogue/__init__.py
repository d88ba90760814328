"""The reports themselves, a file each; whatever stands here is found by `loyalty.reports.registry`."""
