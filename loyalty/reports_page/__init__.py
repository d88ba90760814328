"""The pages of the reports in the admin: the dashboard, a screen for every report, its files."""
