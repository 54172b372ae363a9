"""Values of random inspection, with source and grade (see `domain/law.py`)."""

RESULT_WORKDAYS = 20
"""查处结果 public within 20 working days after the inspection: 河北 and other local rules (C); 国发〔2019〕5号 (M)."""
RESULT_SOURCE = "地方双随机抽查规定；国发〔2019〕5号未核对"
RESULT_GRADE = "C"
