"""Reports as functions over dated editions of what they count."""
