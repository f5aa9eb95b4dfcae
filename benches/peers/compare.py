#!/usr/bin/env python3
"""Shelfwise beside PyPI's `implicit`: same split, same machine, one run; prints ratios.

usage: compare.py --shelfwise target/release/shelfwise --data DIR --protocol fixed|time [--cut YYYY-MM-DD]

DIR holds interactions.csv[.gz] as docs/EVALUATION.md describes. Both sides train with the same
dimensions, passes and threads. `implicit` gets the best of a small grid of alpha and regularization
judged on the test itself, which favours it; ours runs with one setting.
"""

import argparse
import csv
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
from datetime import datetime, timezone

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import implicit  # noqa: E402
import numpy as np  # noqa: E402
import scipy.sparse as sparse  # noqa: E402


def rows(folder):
    path = next(p for p in (folder / "interactions.csv.gz", folder / "interactions.csv") if p.exists())
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as lines:
        yield from csv.DictReader(lines)


def split(folder, protocol, cut):
    """Training pairs and, for every shopper, the products to find."""
    train, test = [], []
    for row in rows(folder):
        if protocol == "fixed":
            (test if row["split"] == "test" else train).append((row["user"], row["item"]))
        elif row["event"] in ("", "purchase"):
            (train if int(row["timestamp"]) < cut else test).append((row["user"], row["item"]))
    users = {name: at for at, name in enumerate(dict.fromkeys(user for user, _ in train))}
    items = {name: at for at, name in enumerate(dict.fromkeys(item for _, item in train))}
    pairs = {(users[user], items[item]) for user, item in train}
    truth = {}
    for user, item in test:
        pair = (users.get(user), items.get(item))
        if None not in pair and pair not in pairs:
            truth.setdefault(pair[0], set()).add(pair[1])
    indices = np.array(sorted(pairs))
    matrix = sparse.csr_matrix(
        (np.ones(len(indices), np.float32), (indices[:, 0], indices[:, 1])), (len(users), len(items))
    )
    return matrix, truth


def judge(model, matrix, truth, k):
    """Recall@k, NDCG@k and the median milliseconds of one answer."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    recalls, gains, times = [], [], []
    for user, wanted in truth.items():
        start = time.perf_counter()
        found, _ = model.recommend(user, matrix[user], N=k, filter_already_liked_items=True)
        times.append((time.perf_counter() - start) * 1e3)
        hits = np.array([item in wanted for item in found[:k]], float)
        recalls.append(hits.sum() / len(wanted))
        gains.append((hits * discounts[: len(hits)]).sum() / discounts[: min(k, len(wanted))].sum())
    return statistics.fmean(recalls), statistics.fmean(gains), statistics.median(times)


def best_peer(matrix, truth, options):
    results = []
    for alpha in (1.0, 10.0, 40.0):
        for regularization in (0.01, 1.0, 10.0):
            model = implicit.als.AlternatingLeastSquares(
                factors=options.dimensions,
                iterations=options.epochs,
                alpha=alpha,
                regularization=regularization,
                num_threads=options.threads,
                random_state=1,
            )
            start = time.perf_counter()
            model.fit(matrix, show_progress=False)
            seconds = time.perf_counter() - start
            recall, ndcg, latency = judge(model, matrix, truth, options.k)
            results.append((ndcg, recall, seconds, latency, f"alpha {alpha:g}, regularization {regularization:g}"))
    return max(results)


def ours(options):
    params = {
        "dimensions": options.dimensions,
        "epochs": options.epochs,
        "unobserved": options.unobserved,
        "ridge": options.ridge,
        "recency": "flat",
    }
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "result.json"
        command = [options.shelfwise, "evaluate", "--data", str(options.data), "--protocol", options.protocol]
        command += ["--strategies", "popular", "--contender", "ials=matrix_factorization:" + json.dumps(params)]
        command += ["--no-baselines", "--json", str(result)] + (["--cut", options.cut] if options.cut else [])
        command += ["--events", "purchase"] if options.protocol == "time" else []
        environment = dict(os.environ, RAYON_NUM_THREADS=str(options.threads))
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        report = json.loads(result.read_text())
    seconds = next(model["fit_seconds"] for model in report["models"] if model["name"] == "ials")
    entry = next(entry for entry in report["slices"][0]["strategies"] if entry["name"] == "ials")
    mean = lambda metric: entry["metrics"][f"{metric}@{options.k}"]["mean"]  # noqa: E731
    return mean("ndcg"), mean("recall"), seconds, entry["latency"]["p50_us"] / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shelfwise", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--protocol", choices=["fixed", "time"], default="fixed")
    parser.add_argument("--cut", help="first day of the test, for --protocol time")
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--unobserved", type=float, default=0.5)
    parser.add_argument("--ridge", type=float, default=0.005)
    parser.add_argument("-k", type=int, default=10)
    options = parser.parse_args()
    if options.protocol == "time" and not options.cut:
        parser.error("--protocol time needs --cut")
    cut = datetime.fromisoformat(options.cut).replace(tzinfo=timezone.utc).timestamp() if options.cut else None
    matrix, truth = split(options.data, options.protocol, cut)
    print(f"{matrix.shape[0]} shoppers, {matrix.shape[1]} products, {matrix.nnz} pairs, {len(truth)} judged")
    peer = best_peer(matrix, truth, options)
    own = ours(options)
    print(f"implicit {implicit.__version__} ({peer[4]}): NDCG {peer[0]:.4f} recall {peer[1]:.4f} fit {peer[2]:.2f} s, answer {peer[3]:.3f} ms")
    print(f"shelfwise iALS: NDCG {own[0]:.4f} recall {own[1]:.4f} fit {own[2]:.2f} s, answer {own[3]:.3f} ms")
    print(f"ratios: NDCG {own[0] / peer[0]:.3f}, recall {own[1] / peer[1]:.3f}, speed of training {peer[2] / own[2]:.2f}")


if __name__ == "__main__":
    main()
