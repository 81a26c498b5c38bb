"""Is this what was audited, and does it still give the same numbers?"""

from audit.evidence.keys import new_key
from audit.evidence.replay import replay
from audit.evidence.seal import seal
from audit.evidence.verify import verify

__all__ = ["new_key", "replay", "seal", "verify"]
