"""Clean-up rounds of normative documents, and proposals to publish what people ask for."""
