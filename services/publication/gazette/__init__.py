"""The gazette: issues made of published normative documents."""
