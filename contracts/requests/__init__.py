"""What the requests service tells, answers and takes (依申请公开; 政府信息公开条例 第二十七条至第四十五条):
a module for each topic, imported by its name.
"""
