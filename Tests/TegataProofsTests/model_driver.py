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
        self.relation = body + b"".join(p.enc() for p in elements[1:])
        self.instance = self.relation + var(context)
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


def tagged(name, data):
    tag = model.hashlib.sha256(b"TEGATA-V01/" + name.encode()).digest()
    return model.hashlib.sha256(tag + tag + data).digest()


class Ring:
    """A one-out-of-many proof, and the linear proof behind it where there is one."""

    def __init__(self, case):
        self.label, self.points = case["label"], [[point(p) for p in column] for column in case["columns"]]
        self.p = {k: point(v) for k, v in case["points"].items()}
        count = len(self.points[0])
        self.m = next(m for m in (1, 2, 3, 4) if 8 ** m >= count)
        self.gk = model.GK(8, self.m)
        pad = lambda xs: xs + [xs[-1]] * (8 ** self.m - count)
        head = le4(self.m) + le4(count)
        columns = [pad(c) for c in self.points]
        self.linear = Statement(self.label, self.equations(case), b"") if self.label != "settle" else None
        relation = (self.linear.relation if self.linear else b"") + var(context(case["context"]))
        if self.label in ("anonymous", "anonymous-identity"):
            body = count.to_bytes(4, "big") + b"".join(p.enc() for p in self.points[0])
            self.instance = head + tagged("anonymity-set", body) + self.p["Z"].enc() + relation
            self.D, self.Dp, self.base = columns[0], self.p["Z"], model.H
            self.Y = [self.Dp - d for d in self.D]
        else:
            body = bytes.fromhex(case["edition"]) + count.to_bytes(4, "big")
            body += b"".join(r.enc() + b.enc() for r, b in zip(*self.points))
            self.instance = head + tagged("session-list", body) + self.p["L"].enc() + relation
            y = self.draw(self.instance)
            self.D, self.Dp = [r + model.mulV(y, b) for r, b in zip(*columns)], None
            self.base, self.Y = model.G + model.mulV(y, self.p["L"]), self.D

    def equations(self, case):
        one = lambda image, terms: ([(1, image)], terms)
        if self.label == "batch":
            return [one(self.p["D"], [(0, model.G1), (1, model.H)])]
        if self.label == "anonymous-identity":
            return [one(model.G, [(0, self.p["R"])]), one(self.p["Z"], [(0, self.p["beta"]), (1, model.H)])]
        attributes = case["attributes"]
        gens = [model.gen(f"attr-{i + 1}") for i in range(len(attributes))]
        last = 1 + len(attributes)
        out = [one(self.p["Z"], [(0, model.G1)] + [(1 + i, g) for i, g in enumerate(gens)] + [(last, model.H)]),
               one(self.p["N"], [(0, self.p["V"])])]
        bits = [point(b) for b in case["bits"]]
        if bits:
            # The last attribute is at least `bound`; a number n is committed to as n + 1.
            g, total = gens[-1], last + 1
            image = [(1 << i, c) for i, c in enumerate(bits)] + [(case["bound"] + 1, g)]
            out.append((image, [(last - 1, g), (total, model.H)]))
            for i, c in enumerate(bits):
                b = total + 1 + 3 * i
                out += [one(c, [(b, g), (b + 1, model.H)]), one(c, [(b, c), (b + 2, model.H)])]
        return out

    def draw(self, data):
        t = Draft(f"tegata-v1-{self.label}-GK-with-tegata-gk_Shake128_secp256k1".encode())
        t.put(data)
        return t.chal()

    def after(self, proof):
        self.linear.instance = self.instance + proof
        return self.linear

    def prove(self, case):
        pts, state = self.gk.first(self.Y, case["position"], self.base)
        x = self.draw(self.instance + b"".join(p.enc() for p in pts))
        sc = self.gk.respond(state, x, number(case["opening"]))
        proof = b"".join(p.enc() for p in pts) + b"".join(map(model.i2b, sc))
        if self.linear:
            proof += self.after(proof).prove([number(w) for w in case["witness"]])
        return proof

    def holds(self, proof):
        npts, size = self.m + 4, 33 * (self.m + 4) + 32 * (7 * self.m + 3)
        try:
            pts = [model.dec(proof[33 * i:33 * i + 33]) for i in range(npts)]
        except ValueError:
            return False
        sc = [int.from_bytes(proof[i:i + 32], "big") for i in range(33 * npts, size, 32)]
        if any(v >= model.q for v in sc):
            return False
        x = self.draw(self.instance + proof[:33 * npts])
        if self.linear and not self.after(proof[:size]).holds(proof[size:]):
            return False
        return self.gk.check(self.D, self.Dp, pts, sc, x, self.base)


def rings(ask):
    answers = []
    for case in ask["rings"]:
        ring, proof = Ring(case), bytes.fromhex(case["proof"])
        flipped = proof[:400] + bytes([proof[400] ^ 1]) + proof[401:]
        answers.append({"holds": ring.holds(proof) and not ring.holds(flipped), "proof": ring.prove(case).hex()})
    json.dump({"rings": answers}, sys.stdout)


def main():
    ask = json.load(sys.stdin)
    if "rings" in ask:
        return rings(ask)
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
