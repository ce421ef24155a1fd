"""Those who are measured beside us, a file each."""
