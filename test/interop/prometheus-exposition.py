"""Reads an exposition from standard input with Prometheus' own parser for Python, and judges it.

Prints one JSON object: {family name: {"type": ..., "labels": [...], "samples": n}}. Ends with 1 and one line
at the first thing that is not as it must be.
"""

import json
import math
import sys

from prometheus_client.parser import text_string_to_metric_families


def fail(reason):
    print(reason, file=sys.stderr)
    sys.exit(1)


def judge_histogram(family):
    rows = {}
    for sample in family.samples:
        labels = dict(sample.labels)
        bound = labels.pop("le", None)
        row = rows.setdefault(tuple(sorted(labels.items())), {"buckets": []})
        if sample.name.endswith("_bucket"):
            row["buckets"].append((float(bound), sample.value))
        else:
            row[sample.name.rsplit("_", 1)[1]] = sample.value
    for labels, row in rows.items():
        bounds = [bound for bound, _ in row["buckets"]]
        counts = [count for _, count in row["buckets"]]
        if bounds != sorted(set(bounds)) or not math.isinf(bounds[-1]):
            fail(f"{family.name}{labels}: buckets {bounds}")
        if counts != sorted(counts) or counts[-1] != row["count"]:
            fail(f"{family.name}{labels}: counts {counts} of {row['count']}")
        if row["sum"] < 0 or (row["count"] == 0) != (row["sum"] == 0):
            fail(f"{family.name}{labels}: sum {row['sum']} of {row['count']}")


found = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    if family.name in found:
        fail(f"{family.name}: twice")
    if not family.documentation:
        fail(f"{family.name}: no help")
    if family.type == "histogram":
        if not family.name.endswith("_seconds"):
            fail(f"{family.name}: a histogram of no unit")
        judge_histogram(family)
    labels = sorted({label for sample in family.samples for label in sample.labels})
    found[family.name] = {"type": family.type, "labels": labels, "samples": len(family.samples)}
print(json.dumps(found))
