"""JSON out: what the API answers, made of what the rest of the service returns."""
