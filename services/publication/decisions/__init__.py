"""重大行政决策: matters of decision and their yearly catalogues."""
