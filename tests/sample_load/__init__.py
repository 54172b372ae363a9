"""Tests of the sample government."""
