"""What a disk can do to a service, done to the real program; the soak does it with many seeds."""
