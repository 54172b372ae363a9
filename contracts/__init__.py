"""The published language: what is told, asked and commanded between the services and with the outside."""
