"""Reports as files: a spreadsheet with typed cells and native charts, or csv. The same rows as on the screen."""
