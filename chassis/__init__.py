"""What every service stands on: bus, case store, papers, clock, telemetry."""
