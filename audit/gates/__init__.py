"""What limits must a measurement keep, and does it keep them?"""

from audit.gates.gate import Gate, parse
from audit.gates.judge import judge

__all__ = ["Gate", "judge", "parse"]
