"""Words that every domain uses: no input or output here."""
