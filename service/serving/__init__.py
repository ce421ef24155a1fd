"""The processes behind the port: one that answers, or several that can be replaced one by one."""
