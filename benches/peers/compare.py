#!/usr/bin/env python3
"""Shelfwise beside PyPI's `implicit` and, where it is installed, `rectools`: same split, same machine, one run; prints ratios.

usage: compare.py --shelfwise target/release/shelfwise --data DIR --protocol fixed|time [--cut YYYY-MM-DD]

DIR holds interactions.csv[.gz] as docs/EVALUATION.md describes. Both sides train with the same dimensions,
passes and threads. `implicit` gets the best of a small grid of alpha and regularization judged on the test
itself, which favours it; ours chooses its weights on validation, within the training part.
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
from dataclasses import dataclass
from datetime import datetime, timezone

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import implicit  # noqa: E402
import numpy as np  # noqa: E402
import scipy.sparse as sparse  # noqa: E402


@dataclass
class Measured:
    setting: str
    ndcg: float
    recall: float
    seconds: float
    latency: float


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
    """implicit's ALS: the best of a grid, then trained again for the time of the quickest of several."""
    def fit(alpha, regularization):
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
        return model, time.perf_counter() - start

    results = []
    for alpha in (1.0, 10.0, 40.0):
        for regularization in (0.01, 1.0, 10.0):
            model, seconds = fit(alpha, regularization)
            recall, ndcg, latency = judge(model, matrix, truth, options.k)
            results.append((ndcg, recall, seconds, latency, alpha, regularization))
    ndcg, recall, seconds, latency, alpha, regularization = max(results)
    again = [fit(alpha, regularization)[1] for _ in range(options.repeats - 1)]
    return Measured(f"alpha {alpha:g}, regularization {regularization:g}", ndcg, recall, min([seconds, *again]), latency)


def rectools_ease(matrix, truth, options):
    """rectools' EASE, if rectools is installed; asked for all shoppers at once, as it is meant to be."""
    try:
        import pandas as pd
        from rectools import Columns
        from rectools.dataset import Dataset
        from rectools.models import EASEModel
    except ImportError:
        return None
    coordinates = matrix.tocoo()
    frame = pd.DataFrame(
        {
            Columns.User: coordinates.row,
            Columns.Item: coordinates.col,
            Columns.Weight: 1.0,
            Columns.Datetime: pd.Timestamp("2020-01-01"),
        }
    )
    data = Dataset.construct(frame)
    times = []
    for _ in range(options.repeats):
        model = EASEModel(regularization=options.ease_ridge)
        start = time.perf_counter()
        model.fit(data)
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    table = model.recommend(users=list(truth), dataset=data, k=options.k, filter_viewed=True)
    latency = (time.perf_counter() - start) * 1e3 / max(len(truth), 1)
    lists = table.groupby(Columns.User, sort=False)[Columns.Item].apply(list).to_dict()
    discounts = 1 / np.log2(np.arange(2, options.k + 2))
    recalls, gains = [], []
    for user, wanted in truth.items():
        found = lists.get(user, [])[: options.k]
        hits = np.array([item in wanted for item in found], float)
        recalls.append(hits.sum() / len(wanted))
        gains.append((hits * discounts[: len(hits)]).sum() / discounts[: min(options.k, len(wanted))].sum())
    setting = f"regularization {options.ease_ridge:g}"
    return Measured(setting, statistics.fmean(gains), statistics.fmean(recalls), min(times), latency)


def evaluate(options, contenders):
    """What `shelfwise evaluate` says of configurations by name: models and the entries of the first slice."""
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / "result.json"
        command = [options.shelfwise, "evaluate", "--data", str(options.data), "--protocol", options.protocol]
        command += ["--strategies", "popular", "--no-baselines", "--json", str(result)]
        for name, configuration in contenders.items():
            command += ["--contender", f"{name}={configuration}"]
        command += ["--cut", options.cut] if options.cut else []
        command += ["--events", "purchase"] if options.protocol == "time" else []
        environment = dict(os.environ, RAYON_NUM_THREADS=str(options.threads))
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        report = json.loads(result.read_text())
    models = {model["name"]: model for model in report["models"]}
    return models, {entry["name"]: entry for entry in report["slices"][0]["strategies"]}


def ours(options):
    """Our iALS and our EASE, each trained several times for the time of the quickest.

    The weights of iALS are those its own validation chooses within the training part; the time is that of
    one training with them, as implicit's is that of one training with the best of its grid."""
    ials = {"dimensions": options.dimensions, "epochs": options.epochs, "recency": "flat"}
    models, _ = evaluate(options, {"chosen": "matrix_factorization:" + json.dumps(ials)})
    chosen = models["chosen"]["chosen"]
    ials |= {"unobserved": chosen["unobserved"], "ridge": chosen["ridge"]}
    kind = {"ease": {"ridge": options.ease_ridge, "recency": "flat", "neighbours": 100_000}}
    ease = {"parts": [{"kind": kind, "input": "flat", "weight": 1.0}], "emphasis": 0.0, "longest_history": 100_000}
    contenders = {}
    for at in range(options.repeats):
        contenders[f"ials{at}"] = "matrix_factorization:" + json.dumps(ials)
        contenders[f"ease{at}"] = "collaborative:" + json.dumps(ease)
    models, entries = evaluate(options, contenders)

    def measured(name, setting):
        names = [f"{name}{at}" for at in range(options.repeats)]
        seconds = min(models[one]["fit_seconds"] for one in names)
        mean = lambda metric: entries[names[0]]["metrics"][f"{metric}@{options.k}"]["mean"]  # noqa: E731
        latency = min(entries[one]["latency"]["p50_us"] for one in names) / 1e3
        return Measured(setting, mean("ndcg"), mean("recall"), seconds, latency)

    setting = f"unobserved {ials['unobserved']:.3g}, ridge {ials['ridge']:.3g}, chosen on validation"
    return measured("ials", setting), measured("ease", f"ridge {options.ease_ridge:g}")


def report(name, peer, name_of_ours, own):
    for who, one in ((name, peer), (name_of_ours, own)):
        print(
            f"{who} ({one.setting}): NDCG {one.ndcg:.4f} recall {one.recall:.4f} "
            f"fit {one.seconds:.2f} s, answer {one.latency:.3f} ms"
        )
    print(
        f"ratios: NDCG {own.ndcg / peer.ndcg:.3f}, recall {own.recall / peer.recall:.3f}, "
        f"speed of training {peer.seconds / own.seconds:.2f}, of answering {peer.latency / own.latency:.1f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shelfwise", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--protocol", choices=["fixed", "time"], default="fixed")
    parser.add_argument("--cut", help="first day of the test, for --protocol time")
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--ease-ridge", type=float, default=300.0)
    parser.add_argument("--repeats", type=int, default=3, help="trainings of which the quickest counts")
    parser.add_argument("-k", type=int, default=10)
    options = parser.parse_args()
    if options.protocol == "time" and not options.cut:
        parser.error("--protocol time needs --cut")
    cut = datetime.fromisoformat(options.cut).replace(tzinfo=timezone.utc).timestamp() if options.cut else None
    matrix, truth = split(options.data, options.protocol, cut)
    print(f"{matrix.shape[0]} shoppers, {matrix.shape[1]} products, {matrix.nnz} pairs, {len(truth)} judged")
    ials, ease = ours(options)
    report(f"implicit {implicit.__version__} ALS", best_peer(matrix, truth, options), "shelfwise iALS", ials)
    peer = rectools_ease(matrix, truth, options)
    if peer is None:
        print("rectools is not installed: EASE is not compared")
    else:
        report("rectools EASE", peer, "shelfwise EASE", ease)


if __name__ == "__main__":
    main()
