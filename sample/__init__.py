"""The fictional government 示例县 that a first run loads: data files and their typed readers."""
