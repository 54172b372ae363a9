"""A small published language of its own, so that the tests do not depend on what the platform's services say."""
