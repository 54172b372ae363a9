"""Opinions of the public (公众意见): rows with number and answer, their words in the papers."""
