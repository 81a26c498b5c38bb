"""How do texts that people scored become a table to train on, or to audit on?

About 20 people scored each text from -4 to 4 (Hutto and Gilbert, 2014, "VADER: A Parsimonious Rule-based
Model for Sentiment Analysis of Social Media Text", section 3.2). The sentences of movie reviews among
them are those of Pang and Lee (2005).
"""

import csv
import io

from audit.resources.archives import from_tar

_SOURCE = "hutto_ICWSM_2014/{}_GroundTruth.txt"


def table(nested: bytes, texts: str) -> bytes:
    """The CSV file with the columns id, text, label and score, from the archive of the data set.

    The label is "positive" where the mean score is above 0 and "negative" where it is below; texts with a
    mean of exactly 0 have no label and are left out.

    Args:
        nested: the archive.
        texts: which texts, as the files of the archive name them: `movieReviewSnippets`.
    """
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("id", "text", "label", "score"))
    for line in from_tar(nested, _SOURCE.format(texts)).decode("utf-8").splitlines():
        number, score, text = line.split("\t")
        if float(score) != 0:
            rows.writerow((number, text, "positive" if float(score) > 0 else "negative", score))
    return written.getvalue().encode("utf-8")
