import TegataCrypto
import TegataLog
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// Trust bundles and pins: `trust-bundles.json`.
func trustVectors(_ story: RoleStory) throws -> VectorFile {
    let (key, next) = (SigningKey.secp256k1(.fixed(11)), SigningKey.secp256k1(.fixed(12)))
    let maker = try BundleMaker(story, key: key)
    let pin = try maker.signer.pin()
    var file = VectorFile(
        "trust-bundles", "Whom a verifier believes, signed and logged: Spec/trust-bundle.md.",
        given: ["pin": .string(pin.encoded), "time": .whole(RoleStory.now)])
    func add(
        _ comment: String, _ text: String, by other: TrustPin? = nil, at time: Int64? = nil,
        expect: String = "ok"
    ) {
        var input: JSONObject = ["bundle": .string(text)]
        if let other { input.add("pin", .string(other.encoded)) }
        if let time { input.add("time", .whole(time)) }
        var opened: TrustBundle?
        var found = "ok"
        do {
            opened = try (other ?? pin).open(text, at: time ?? RoleStory.now)
        } catch {
            found = error.rawValue
        }
        #expect(found == expect, "\(comment)")
        file.add(
            "trust-bundle", comment, input, expect: expect,
            output: expect == "ok" ? opened.map(output) ?? [:] : [:])
    }
    let first = try maker.bundle(1)
    let second = try maker.bundle(2, nextKeys: [next.verifyingKey])
    let later = try pin.open(second, at: RoleStory.now).pin
    add("the first version", first)
    add("a later version, which names the next key", second)
    add("the same again", second, by: later)
    add(
        "an older one", first, by: try pin.open(try maker.bundle(2), at: RoleStory.now).pin,
        expect: "replayed")
    add("an older one, by a key that was replaced", first, by: later, expect: "issuer_untrusted")
    add(
        "another one of the same number", try maker.bundle(2), by: later,
        expect: "issuer_untrusted")
    add(
        "another one of the same number, by a key that may", try maker.bundle(2, by: next),
        by: later, expect: "conflict")
    add("the next version by the next key", try maker.bundle(3, by: next), by: later)
    add(
        "the next version by the old key", try maker.bundle(3), by: later,
        expect: "issuer_untrusted")
    add("at its end", first, at: RoleStory.now + 86_460, expect: "expired")
    add("a second before, with the skew", first, at: RoleStory.now + 86_459)
    add("before it was signed", first, at: RoleStory.now - 61, expect: "not_yet_valid")
    let token = String(first.prefix { $0 != "\n" })
    add(
        "with the proof of another version", token + second.drop { $0 != "\n" },
        expect: "log_proof_invalid")
    add("without a proof", token + "\n", expect: "log_proof_invalid")
    add("a JWS alone", token, expect: "malformed")
    let spoilt: [(String, JSON?, String, String)] = [
        ("only", true, "a member that nobody knows", "unsupported"),
        ("exp", .whole(RoleStory.now + 367 * 86_400), "too long a life", "malformed"),
        ("exp", nil, "without an end", "malformed"),
        ("iss", "https://trust.example/", "another signer", "issuer_untrusted"),
        ("attestors", nil, "without attestors", "malformed"),
        ("version", 2, "a number that is not its place", "log_proof_invalid"),
    ]
    for (name, value, comment, reason) in spoilt {
        add(
            comment,
            try maker.bundle(1) { $0.without(name).with(value.map { [name: $0] } ?? [:]) },
            expect: reason)
    }
    return file
}

private func output(_ bundle: TrustBundle) -> JSONObject {
    [
        "version": .whole(Int64(bundle.version)), "pin": .string(bundle.pin.encoded),
        "expires": .whole(bundle.expires),
        "issuers": .array(bundle.contents.issuers.map { .string($0.profile.issuer) }),
        "attestors": .array(bundle.contents.attestors.map { .string($0.name) }),
    ]
}

/// Bundles of one signer, good and spoilt, each alone in its log.
private struct BundleMaker {
    let signer: TrustSigner
    private let key: SigningKey
    private let log: Ed25519.PrivateKey
    private let contents: TrustContents

    init(_ story: RoleStory, key: SigningKey) throws {
        self.key = key
        log = try Ed25519.PrivateKey(
            rawRepresentation: SHA256.hash(Array("trust log".utf8)).array)
        signer = try TrustSigner(
            at: "https://trust.example", key: key, log: log, clock: { RoleStory.now })
        let profile = story.issuer.profile
        let name = profile.keys.first?.thumbprint ?? ""
        contents = TrustContents(
            issuers: [
                try TrustedIssuer(
                    profile, terms: [KeyTerm(name, from: RoleStory.now - 1000)],
                    statuses: [story.issuer.statusListURI()])
            ],
            attestors: [TrustedAttestor("North", key: story.attestorKey.publicKey.xOnly)])
    }

    func bundle(
        _ version: UInt32, by other: SigningKey? = nil, nextKeys: [VerifyingKey] = [],
        _ change: (JSONObject) -> JSONObject = { $0 }
    ) throws -> String {
        let signer = try other.map {
            try TrustSigner(
                at: "https://trust.example", key: $0, log: log, clock: { RoleStory.now })
        }
        let made = try (signer ?? self.signer).sign(
            contents, version, until: RoleStory.now + 86_400, nextKeys)
        let token = try SignedText.sign(
            .object(change(try RoleStory.payload(made))), type: TrustBundle.type,
            by: other ?? key)
        var tree = MerkleTree()
        for _ in 1..<version { tree.append(TreeHash(leaf: [])) }
        tree.append(TreeHash(leaf: TrustBundle.entry(version, SHA256.hash(Array(token.utf8)))))
        let name = "trust.example/tegata-trust"
        let note = try Checkpoint(origin: name, size: tree.size, root: tree.root)
            .signed(by: NoteSigner(name: name, kind: .log, key: log))
        return try token + "\n" + TrustSigner.proof(of: UInt64(version) - 1, in: tree, note)
    }
}
