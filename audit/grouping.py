"""Which one grouping do the named features make, where something is done group by group?"""

from collections.abc import Sequence

from probes.errors import AuditError
from probes.types import Grouping, Samples


def one(samples: Samples, features: Sequence[str], purpose: str) -> Grouping:
    """The grouping by the feature that is named; of two, that of both together.

    Args:
        samples: the rows, read with these features.
        features: as the user named them with --group and --group-from-text.
        purpose: what needs the groups, for the sentence.

    Raises:
        AuditError: when no feature is named, or more than two, or two make too many groups.
    """
    if not 1 <= len(features) <= 2:
        raise AuditError(
            f"{purpose} needs one or two features, and {len(features) or 'none'} "
            f"{'is' if len(features) < 2 else 'are'} named; name a column of groups with --group, or derive "
            "them with --group-from-text"
        )
    if len(samples.groups) < (1, 3)[len(features) - 1]:
        raise AuditError(
            f"{' and '.join(features)} make too many groups to be treated one by one; name another column"
        )
    return list(samples.groups.values())[-1]
