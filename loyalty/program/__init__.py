"""The program around the pure rules: its versions in the database, its files, its faults in words."""
