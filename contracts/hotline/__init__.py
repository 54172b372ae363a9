"""What the hotline service takes, tells and answers (12345 政务服务便民热线 and every other mailbox): a module for
each topic, imported by its name.
"""
