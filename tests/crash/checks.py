"""What must hold of a number series after a crash, apart from the server so that the checks themselves can be tested."""
import collections


def series_problems(numbers):
    """numbers: [(number, sequence)] as listed. Each prefix (branch, type and year) must be exactly 1..n."""
    problems, series = [], collections.defaultdict(list)
    for number, sequence in numbers:
        series[number.rsplit("-", 1)[0]].append(sequence)
        if int(number.rsplit("-", 1)[1]) != sequence:
            problems.append(f"{number} is listed with sequence {sequence}")
    for prefix, sequences in sorted(series.items()):
        counted = collections.Counter(sequences)
        problems += [f"{prefix}: {sequence} occurs {times} times" for sequence, times in sorted(counted.items()) if times > 1]
        problems += [f"{prefix}: {sequence} is missing below {max(counted)}" for sequence in range(1, max(counted) + 1) if sequence not in counted]
    return problems


def key_problems(numbers, by_key):
    """numbers as above; by_key: {Idempotency-Key: {numbers that it was answered with}}. One key, one number, and no number without a key."""
    problems, owner = [], {}
    for key, answered in sorted(by_key.items()):
        if len(answered) != 1:
            problems.append(f"key {key} gave {len(answered)} numbers: {', '.join(sorted(answered))}")
        for number in answered:
            if number in owner:
                problems.append(f"{number} was given to the keys {owner[number]} and {key}")
            owner[number] = key
    listed = {number for number, _ in numbers}
    problems += [f"{number} was acknowledged to key {owner[number]} and is not listed" for number in sorted(owner.keys() - listed)]
    problems += [f"{number} is listed and belongs to no request" for number in sorted(listed - owner.keys())]
    return problems


def document_problems(acknowledged, read, pdf_sha256):
    """The answer that was acknowledged, what GET says now, and the hash of the PDF served now."""
    number, problems = acknowledged["number"], []
    for what in ("number", "sequence", "series", "issued_at", "totals", "verify_code", "document"):
        if read.get(what) != acknowledged[what]:
            problems.append(f"{number}: {what} was {acknowledged[what]}, is {read.get(what)}")
    for what in ("index", "leaf_hash"):
        if read.get("ledger", {}).get(what) != acknowledged["ledger"][what]:
            problems.append(f"{number}: ledger {what} was {acknowledged['ledger'][what]}, is {read.get('ledger', {}).get(what)}")
    if pdf_sha256 != acknowledged["document"]["sha256"]:
        problems.append(f"{number}: the PDF's sha256 was {acknowledged['document']['sha256']}, is {pdf_sha256}")
    return problems
