"""People: patients, cards, consents, households. Sends nothing and knows nothing about points."""
