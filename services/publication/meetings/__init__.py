"""会议公开: meetings whose decisions concern the public."""
