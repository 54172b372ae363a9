"""执行公开: work ledgers of deployed tasks."""
