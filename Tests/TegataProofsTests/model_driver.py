"""Runs the protocol's Python model on the inputs of a Swift test, and the model's group code on its proofs.

Usage: model_driver.py MODEL.PY < request.json > answer.json

The model has its own transcript. Here is the drafts' instead, written from the specification page and not from the
Swift code: instance encoding, context and session are a second implementation of both.
"""
import importlib.util
import json
import sys

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("model", sys.argv[1])
model = importlib.util.module_from_spec(spec)
spec.loader.exec_module(model)

le4 = lambda n: n.to_bytes(4, "little")
var = lambda b: le4(len(b)) + b
point = lambda text: model.dec(bytes.fromhex(text))
number = lambda text: int.from_bytes(bytes.fromhex(text), "big")


class Draft(model.T):
    """The model's transcript with the drafts' framing: nothing is added to what is absorbed."""

    def put(self, data):
        self.buf += data

    def chal(self):
        return int.from_bytes(model._fs(self.sid, self.buf, 48), "little") % model.q


class Statement:
    """Equations: an image [(coefficient, point)] and terms [(secret, point)]."""

    def __init__(self, label, equations, context):
        self.equations = equations
        elements = [model.G]

        def index(p):
            for i, known in enumerate(elements):
                if known == p:
                    return i
            elements.append(p)
            return len(elements) - 1

        body = le4(len(equations))
        for image, terms in equations:
            right = b"".join(le4(s) + le4(index(p)) + model.i2b(1) for s, p in terms)
            left = b"".join(le4(index(p)) + model.i2b(c % model.q) for c, p in image)
            body += le4(len(image)) + left + le4(len(terms)) + right
        self.instance = body + b"".join(p.enc() for p in elements[1:]) + var(context)
        self.tag = f"tegata-v1-{label}-CMPT-with-tegata-sigma_Shake128_secp256k1".encode()

    def images(self):
        return [model.msmV([c for c, _ in image], [p for _, p in image]) for image, _ in self.equations]

    def challenge(self, commitments):
        t = Draft(self.tag)
        t.put(self.instance)
        for p in commitments:
            t.put(p.enc())
        return t.chal()

    def prove(self, witness):
        nonces = [model.rnd() for _ in witness]
        c = self.challenge([model.psum([model.mulS(nonces[s], p) for s, p in terms]) for _, terms in self.equations])
        return model.i2b(c) + b"".join(model.i2b((k + c * w) % model.q) for k, w in zip(nonces, witness))

    def holds(self, proof):
        values = [int.from_bytes(proof[i:i + 32], "big") for i in range(0, len(proof), 32)]
        if len(proof) % 32 or any(v >= model.q for v in values):
            return False
        c, z = values[0], values[1:]
        commitments = []
        for (_, terms), image in zip(self.equations, self.images()):
            p = model.psum([model.mulV(z[s], b) for s, b in terms] + [model.mulV(-c, image)])
            if p.raw is None:
                return False
            commitments.append(p)
        return self.challenge(commitments) == c


def context(fields):
    names = ("edition", "audience", "nonce", "purpose", "expires", "subject")
    return b"".join(var(n.encode()) + var(bytes.fromhex(fields[n])) for n in names)


def equations(name, p, attributes):
    one = lambda image, terms: ([(1, image)], terms)
    if name == "attest":
        return [one(p["R"], [(0, model.G)]), one(p["alpha"], [(0, p["P"])])]
    if name == "evaluate":
        return [one(p["K"], [(0, model.G)]), one(p["beta"], [(0, p["alpha"])])]
    if name == "identity":
        return [one(p["R"], [(0, model.G)]), one(p["beta"], [(0, p["L"])])]
    if name == "wallet":
        return [one(p["D"], [(0, model.G1), (1, model.H)])]
    if name == "issue":
        return [one(p["R"], [(0, model.G)]), one(p["beta"], [(0, p["L"])]),
                one(p["D"], [(1, model.G1), (2, model.H)])]
    image, terms = [(1, p["D"])], [(0, model.G1)]
    for i, a in enumerate(attributes):
        generator = model.gen(f"attr-{i + 1}")
        if a is None:
            terms.append((len(terms), generator))
        else:
            image.append((-number(a), generator))
    terms.append((len(terms), model.H))
    return [(image, terms), one(p["N"], [(0, p["V"])])]


def main():
    ask = json.load(sys.stdin)
    model.NODES, model.TH = ask["nodes"], ask["threshold"]
    holders = list(model.combinations(range(1, model.NODES + 1), model.NODES - model.TH + 1))
    model.SEEDS = dict(zip(holders, map(bytes.fromhex, ask["seeds"])))
    assert len(ask["seeds"]) == len(holders)
    ed, rho = bytes.fromhex(ask["edition"]), number(ask["rho"])
    K, Ki = model.edition_public(ed)
    P = model.h2c(b"TEGATA-V01-UID-secp256k1_XMD:SHA-256_SSWU_RO_", bytes.fromhex(ask["uid"]))
    R, alpha = model.mulG(rho), model.mulS(rho, P)
    beta_i = {i: model.mulS(model.node_share(i, ed), alpha) for i in ask["quorum"]}
    weights = model.lagrange(ask["quorum"])
    beta = model.psum([model.mulV(weights[i], b) for i, b in beta_i.items()])
    L = model.mulS(pow(rho, -1, model.q), beta)
    gens = [model.gen(f"attr-{i + 1}") for i in range(len(ask["attributes"]))]
    D = model.psum([model.mulS(number(ask["s"]), model.G1), model.mulS(number(ask["r"]), model.H)]
                   + [model.mulV(number(a), g) for a, g in zip(ask["attributes"], gens)])
    answers = []
    for case in ask["statements"]:
        points = {k: point(v) for k, v in case["points"].items()}
        statement = Statement(
            case["label"], equations(case["label"], points, case["attributes"]), context(case["context"]))
        proof = bytes.fromhex(case["proof"])
        flipped = proof[:-1] + bytes([proof[-1] ^ 1])
        answers.append({
            "holds": statement.holds(proof) and not statement.holds(flipped),
            "proof": statement.prove([number(w) for w in case["witness"]]).hex()})
    hexed = lambda p: p.enc().hex()
    json.dump({
        "P": hexed(P), "R": hexed(R), "alpha": hexed(alpha), "beta": hexed(beta), "L": hexed(L), "D": hexed(D),
        "K": hexed(K), "nodeKeys": [hexed(Ki[i]) for i in range(1, model.NODES + 1)],
        "shares": [model.i2b(model.node_share(i, ed)).hex() for i in range(1, model.NODES + 1)],
        "statements": answers}, sys.stdout)


main()
