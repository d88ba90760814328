"""Ways to reach a patient: one module per channel, all behind the protocol in `base`."""
