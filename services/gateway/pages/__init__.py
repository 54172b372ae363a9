"""Pages for people: server-rendered, Chinese, without a script."""
