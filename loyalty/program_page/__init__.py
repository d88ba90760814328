"""The program for those who never read code: sentences, short forms, publishing, trials."""
